using PgSsl.Hba;

namespace PgSsl.Binding;

/// <summary>The words of pg_hba.conf.</summary>
internal static class HbaWords
{
    /// <summary>Types of rules that can match connections over TCP, in plaintext or over TLS.</summary>
    public static readonly string[] TcpTypes =
    [
        HbaConnectionType.Host.ToWord(),
        HbaConnectionType.HostSsl.ToWord(),
        HbaConnectionType.HostNoSsl.ToWord(),
        HbaConnectionType.HostNoGssEnc.ToWord(),
    ];

    public static readonly string[] ClientCertificates = ["none", "verify-ca", "verify-full"];

    public static readonly string[] Methods = ["scram-sha-256"];
}

/// <summary>Connection types.</summary>
public sealed class HbaTypeTransformationAttribute() : WordTransformationAttribute(HbaWords.TcpTypes);

/// <summary>Completes connection types.</summary>
public sealed class HbaTypeCompleter() : WordCompleter(HbaWords.TcpTypes, WordMeanings.HbaTypes);

/// <summary>Values of the option clientcert, and none.</summary>
public sealed class ClientCertificateDemandTransformationAttribute() : WordTransformationAttribute(HbaWords.ClientCertificates);

/// <summary>Completes values of the option clientcert.</summary>
public sealed class ClientCertificateDemandCompleter() : WordCompleter(HbaWords.ClientCertificates, WordMeanings.ClientCertificates);

/// <summary>Authentication methods that are worth changing to.</summary>
public sealed class HbaMethodTransformationAttribute() : WordTransformationAttribute(HbaWords.Methods);

/// <summary>Completes authentication methods.</summary>
public sealed class HbaMethodCompleter() : WordCompleter(HbaWords.Methods, WordMeanings.HbaMethods);

/// <summary>Completes the versions of PostgreSQL that are maintained.</summary>
public sealed class ServerVersionCompleter() : WordCompleter(["14", "15", "16", "17", "18"]);
