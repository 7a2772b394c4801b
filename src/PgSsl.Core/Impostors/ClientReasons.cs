namespace PgSsl.Impostors;

/// <summary>What is said of a client at one impostor, and what to do next.</summary>
internal static class ClientReasons
{
    private const string NotTrusted = "Make the client trust the root in $PgRootCertificate, and connect to $PgHost or localhost.";

    /// <summary>Says it.</summary>
    /// <param name="attempt">What the client did.</param>
    /// <param name="outcome">How that was judged.</param>
    /// <param name="isConclusive">Whether the genuine server was accepted.</param>
    /// <param name="port">Where the impostor listened.</param>
    public static (string Reason, string? Remedy) Of(ClientAttempt attempt, ClientOutcome outcome, bool isConclusive, int port)
    {
        Impostor impostor = attempt.Impostor;
        string reason = impostor.IsGenuine ? OfGenuine(attempt, outcome, port) : OfImpostor(attempt, outcome, port);
        if (attempt.Strangers > 0)
            reason += $" {attempt.Strangers} connection(s) of other accounts of this machine did not count.";
        if (attempt.Surplus > 0)
            reason += $" {attempt.Surplus} further connection(s) did not count: there were too many.";
        if (outcome == ClientOutcome.NoConnection)
            return (reason, $"Check that the client connects to 127.0.0.1 (or localhost), port {port}: $PgConnection has it all.");
        if (impostor.IsGenuine)
            return (reason, !isConclusive && outcome != ClientOutcome.AcceptedPlaintext ? NotTrusted
                : outcome == ClientOutcome.AcceptedPlaintext ? Impostor.Of(ImpostorKind.TlsRefused).Remedy : null);
        if (ClientJudge.IsAccepting(outcome))
            return (reason, outcome == ClientOutcome.AcceptedPlaintext ? Impostor.Of(ImpostorKind.TlsRefused).Remedy : impostor.Remedy);
        return isConclusive ? (reason, null)
            : (reason + " But it did not accept the genuine server over TLS either, so this proves nothing.", NotTrusted);
    }

    private static string OfGenuine(ClientAttempt attempt, ClientOutcome outcome, int port) => outcome switch
    {
        ClientOutcome.NoConnection => Missing(attempt, port),
        ClientOutcome.Accepted => "It accepted the genuine server, as it should.",
        ClientOutcome.AcceptedPlaintext when attempt.FellBackToPlaintext && ClientJudge.IsAccepted(attempt) =>
            "It accepted the genuine server over TLS; and when that refused the login, it came again in plaintext.",
        ClientOutcome.AcceptedPlaintext when attempt.FellBackToPlaintext =>
            $"It did not accept the genuine server over TLS{Alert(attempt)}, and went on in plaintext.",
        ClientOutcome.AcceptedPlaintext => "It did not ask for TLS: it began its session in plaintext.",
        _ => $"It refused even the genuine server{Alert(attempt)}.",
    };

    private static string OfImpostor(ClientAttempt attempt, ClientOutcome outcome, int port)
    {
        string server = $"a server {attempt.Impostor.Flaw}";
        return outcome switch
        {
            ClientOutcome.NoConnection => Missing(attempt, port),
            ClientOutcome.Refused when Alert(attempt) is { Length: > 0 } alert => $"It refused {server}{alert}.",
            ClientOutcome.Refused when !attempt.Impostor.HasTls => $"It refused {server}: it ended the connection.",
            ClientOutcome.Refused => $"It refused {server}: they had nothing in common{OwnAlert(attempt)}.",
            ClientOutcome.RefusedSilently => $"It refused {server}: it ended the connection in the handshake, without saying why.",
            ClientOutcome.RefusedAfterHandshake => $"It refused {server}: it completed the handshake, and ended before it sent anything.",
            ClientOutcome.ProtectedByChannelBinding =>
                $"It began a session at {server}, and ended it because the login could not be bound to TLS (channel_binding=require). " +
                "The impostor has learned user and database, and nothing else.",
            ClientOutcome.AcceptedPlaintext when attempt.FirstStart is { StartedInTls: true } =>
                $"It went on at {server}; and when that refused the login, it came again in plaintext.",
            ClientOutcome.AcceptedPlaintext when attempt.FellBackToPlaintext =>
                $"TLS failed at {server}{Alert(attempt)}; so it went on in plaintext.",
            ClientOutcome.AcceptedPlaintext => "It did not ask for TLS: whoever is in the middle reads everything.",
            _ => $"It went on at {server}: whoever is in the middle can pose as the server.",
        };
    }

    private static string Missing(ClientAttempt attempt, int port) => attempt.Connections.Count == 0
        ? $"The client did not connect to port {port} of localhost."
        : $"Something connected to port {port} of localhost, and did not speak PostgreSQL's protocol.";

    private static string Alert(ClientAttempt attempt) =>
        attempt.Connections.LastOrDefault(connection => connection.Alert is not null)?.Alert is { } alert ? $": alert {alert}" : "";

    private static string OwnAlert(ClientAttempt attempt) =>
        attempt.Connections.LastOrDefault(connection => connection.OwnAlert is not null)?.OwnAlert is { } alert ? $" (alert {alert})" : "";
}
