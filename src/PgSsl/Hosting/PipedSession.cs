using System.Management.Automation;
using PgSsl.Binding;

namespace PgSsl.Hosting;

/// <summary>A session that Get-PgSslSession gave, as it comes through the pipeline to a cmdlet that tests it as a client.</summary>
internal static class PipedSession
{
    /// <summary>The session in a line; null if it is none.</summary>
    public static string? NameOf(PSObject? input) =>
        input is not null && new PipelineObject(input).IsOrWas<SslSession>() ? input.ToString() : null;

    /// <summary>Throws if it is not known where a client without an address comes from, or if it cannot come as it is asked for.</summary>
    /// <param name="input">What came through the pipeline.</param>
    /// <param name="asksForTransport">Whether a transport over TCP is to be tested.</param>
    /// <exception cref="PgSslException">InvalidParameterValue or ContradictoryParameters.</exception>
    public static void CheckSocket(PSObject? input, bool asksForTransport)
    {
        string? session = NameOf(input);
        if (session is not null && new PipelineObject(input).Text("Transport") == "unknown")
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"The server does not know where session {session} comes from.", "Give -Address.");
        if (asksForTransport)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{(session is null ? "Without -Address the client" : $"Session {session}")} uses a Unix-domain socket, which has neither TLS nor " +
                "GSSAPI encryption.",
                session is null ? "Give -Address." : "Leave out sessions by socket: Where-Object Transport -ne socket.");
    }
}
