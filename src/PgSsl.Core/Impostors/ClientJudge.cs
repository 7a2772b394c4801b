using PgSsl.Wire;

namespace PgSsl.Impostors;

/// <summary>Judges what a client did by its farthest step. Pure.</summary>
internal static class ClientJudge
{
    /// <summary>How far the client went.</summary>
    /// <param name="attempt">What it did at one impostor.</param>
    /// <param name="control">What it did at the genuine server; null where that is not known.</param>
    public static ClientOutcome Judge(ClientAttempt attempt, ClientAttempt? control)
    {
        ClientOutcome farthest = ClientOutcome.NoConnection;
        foreach (ClientSteps connection in attempt.Connections)
        {
            ClientOutcome outcome = Judge(connection, attempt.Impostor, control);
            farthest = outcome > farthest ? outcome : farthest;
        }
        return farthest;
    }

    /// <summary>
    /// Whether the genuine server was accepted, over TLS. If it was not, the client has another problem, and what it refuses proves nothing.
    /// </summary>
    public static bool IsAccepted(ClientAttempt control) => control.Connections.Any(connection => connection.StartedInTls);

    /// <summary>Whether the outcome is that of a client that went on.</summary>
    public static bool IsAccepting(ClientOutcome outcome) => outcome is ClientOutcome.Accepted or ClientOutcome.AcceptedPlaintext;

    private static ClientOutcome Judge(ClientSteps connection, Impostor impostor, ClientAttempt? control)
    {
        if (connection.StartedInPlaintext)
            return ClientOutcome.AcceptedPlaintext;
        if (connection.StartedInTls)
            return IsBoundBy(connection, impostor, control) ? ClientOutcome.ProtectedByChannelBinding : ClientOutcome.Accepted;
        if (connection.CompletedHandshake)
            return connection.Alert is null ? ClientOutcome.RefusedAfterHandshake : ClientOutcome.Refused;
        // protocol_version: its ClientHello said what it has. N and E: it wanted TLS, and there is none.
        if (connection.Alert is not null || connection.OwnAlert is not null || (connection.WantedTls && !impostor.HasTls))
            return ClientOutcome.Refused;
        return connection.WantedTls ? ClientOutcome.RefusedSilently : ClientOutcome.NoConnection;
    }

    /// <summary>
    /// It ended where it was offered SCRAM without channel binding. So does a client without a password; but that one does not answer the genuine
    /// server's offer either, which is with channel binding (fe-auth.c, pg_SASL_init).
    /// </summary>
    private static bool IsBoundBy(ClientSteps connection, Impostor impostor, ClientAttempt? control) =>
        !impostor.IsGenuine && connection is { Login: null, WasCutOff: false }
        && control is not null && control.Connections.Any(genuine => genuine.Login is { Binding: 'p' });

    /// <summary>
    /// Whether the client binds its login to the TLS connection: <c>required</c>, <c>used</c>, <c>possible</c>, <c>no</c>; null if it did not log in.
    /// </summary>
    public static string? ChannelBindingOf(ClientAttempt attempt, ClientOutcome outcome)
    {
        if (outcome == ClientOutcome.ProtectedByChannelBinding)
            return "required";
        SaslInitialResponse? login = attempt.Connections.FirstOrDefault(connection => connection.StartedInTls && connection.Login is not null)?.Login;
        return login?.Binding switch { 'p' => "used", 'y' => "possible", 'n' => "no", _ => null };
    }
}
