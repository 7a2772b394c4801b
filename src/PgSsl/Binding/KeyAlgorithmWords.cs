using PgSsl.Certificates.Requests;

namespace PgSsl.Binding;

/// <summary>The key algorithms that can be made, and those that are refused with a reason of their own.</summary>
public sealed class KeyAlgorithmTransformationAttribute() : WordTransformationAttribute([.. KeyAlgorithms.Names, .. KeyAlgorithms.RefusedNames]);

/// <summary>Completes the key algorithms that can be made.</summary>
public sealed class KeyAlgorithmCompleter() : WordCompleter([.. KeyAlgorithms.Names]);
