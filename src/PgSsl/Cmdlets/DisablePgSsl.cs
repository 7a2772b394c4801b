using System.Management.Automation;
using PgSsl.Hosting;
using PgSsl.Switching;

namespace PgSsl.Cmdlets;

/// <summary>Switches off TLS of a server, and proves it on the wire, or undoes it.</summary>
[Cmdlet(VerbsLifecycle.Disable, "PgSsl", SupportsShouldProcess = true)]
[OutputType(typeof(SslConfigurationChange))]
public sealed class DisablePgSslCommand : SslSwitchCmdlet
{
    /// <inheritdoc/>
    private protected override SslTarget CreateTarget() => new() { IsOn = false };
}
