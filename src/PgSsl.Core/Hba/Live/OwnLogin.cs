using PgSsl.Changes;
using PgSsl.Server;
using PgSsl.Server.Live;

namespace PgSsl.Hba.Live;

/// <summary>The login of whoever makes a change, once more: whether a client has what it is asked for, only a login shows.</summary>
internal static class OwnLogin
{
    /// <summary>Logs in again.</summary>
    /// <param name="live">The server.</param>
    /// <param name="mayLose">Whether the change stays even if the login is refused.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was seen; null if there is no way to log in again.</returns>
    /// <exception cref="PgSslException"><see cref="PgSslError.ChangeNotProven"/>: it was refused.</exception>
    public static async Task<Proof?> ProveAsync(LiveServer live, bool mayLose, CancellationToken cancellationToken)
    {
        string who = $"{live.Session.UserName}, the role of this session,";
        if (live.Reopen is null)
            return null;
        try
        {
            await using IServerSession again = await live.Reopen(cancellationToken).ConfigureAwait(false);
            return new Proof(HbaImpact.OwnLoginProof, ProofState.Proven, $"{live.Session.UserName}, the role of this session, logs in again.");
        }
        catch (PgSslException failure) when (mayLose || !IsRefusal(failure.Error))
        {
            return new Proof(HbaImpact.OwnLoginProof, ProofState.NotMade, $"{who} could not log in again: {failure.Message}");
        }
        catch (PgSslException failure)
        {
            throw new PgSslException(
                PgSslError.ChangeNotProven, $"{who} could not log in again: {failure.Message}",
                $"{failure.Remedy} -Force makes the change in spite of it.", failure);
        }
    }

    private static bool IsRefusal(PgSslError error) => error is PgSslError.AuthenticationFailed or PgSslError.PasswordRequired
        or PgSslError.ConnectionRejected or PgSslError.UnacceptableAuthentication or PgSslError.InsecurePassword;
}
