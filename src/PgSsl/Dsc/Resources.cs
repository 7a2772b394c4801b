using System.Collections;
using System.Management.Automation;
using PgSsl.Common;

namespace PgSsl.Dsc;

/// <summary>
/// The resources of PgSsl for configuration tools. DSC v3 (pgssl.dsc.ps1) and the classes of PgSslDsc only translate from and to what is here, and
/// here nothing is compared: a test runs the cmdlet that changes with -WhatIf, and the plan that it returns says what is not as desired.
/// </summary>
/// <remarks>
/// Every method takes the properties of a configuration by name, as a schema of PgSsl.dsc.manifests.json describes them: text, numbers, truth values,
/// lists of text; secrets as SecureString and PSCredential. All throw <see cref="RuntimeException"/>, whose error record is that of the cmdlet, and
/// <see cref="PgSslException"/> for properties that make no sense.
/// </remarks>
public static class Resources
{
    private static readonly Resource[] All =
        [new HbaSslResource(), new RootCertificateResource(), new ServerCertificateResource(), new SslConfigurationResource()];

    /// <summary>The names: <c>HbaSsl</c> and others.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(resource => resource.Name)];

    /// <summary>The state, compared with nothing.</summary>
    /// <param name="name">The resource.</param>
    /// <param name="properties">The properties.</param>
    public static ResourceResult Get(string name, IDictionary properties) =>
        Run(name, properties, (resource, asked, shell) => resource.Get(asked, shell));

    /// <summary>Whether the resource is as desired.</summary>
    /// <inheritdoc cref="Get"/>
    public static ResourceResult Test(string name, IDictionary properties) =>
        Run(name, properties, (resource, asked, shell) => resource.Test(asked, shell));

    /// <summary>Makes the resource as desired, proves it, or puts everything back.</summary>
    /// <inheritdoc cref="Get"/>
    public static ResourceResult Set(string name, IDictionary properties) =>
        Run(name, properties, (resource, asked, shell) => resource.Set(asked, shell));

    /// <summary>What <see cref="Set"/> would do; what it would refuse is refused.</summary>
    /// <inheritdoc cref="Get"/>
    public static ResourceResult WhatIf(string name, IDictionary properties) =>
        Run(name, properties, (resource, asked, shell) => resource.WhatIf(asked, shell));

    /// <summary>The states of all that there are, where there can be several.</summary>
    /// <inheritdoc cref="Get"/>
    public static IReadOnlyList<ResourceResult> Export(string name, IDictionary properties)
    {
        Resource resource = Find(name);
        using var shell = new ResourceShell();
        return [.. resource.Export(AskedProperties.Read(resource, properties), shell)];
    }

    internal static Resource Find(string name) =>
        Array.Find(All, resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new PgSslException(
            PgSslError.InvalidParameterValue, $"There is no resource {name}.", $"The resources are {string.Join(", ", Names)}.");

    private static ResourceResult Run(string name, IDictionary properties, Func<Resource, AskedProperties, ResourceShell, ResourceResult> work)
    {
        Resource resource = Find(name);
        using var shell = new ResourceShell();
        ResourceResult result = work(resource, AskedProperties.Read(resource, properties), shell);
        // A diff has lines of files, whose names and comments somebody else may have chosen.
        return result with { Messages = [.. shell.Messages, .. result.Messages], Plan = [.. result.Plan.Select(PrintableText.Of)] };
    }
}
