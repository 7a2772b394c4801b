using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PgSsl.Wire;

namespace PgSsl.Poolers;

/// <summary>
/// Logs in to PgBouncer's console: trust, password, md5, or SCRAM-SHA-256 (PostgreSQL documentation, "Message Flow" and "SASL
/// Authentication"; RFC 5802, RFC 7677). There is no channel binding: over TLS the certificate is known itself.
/// </summary>
/// <param name="userName">The role.</param>
/// <param name="password">Returns its password; null where there is none.</param>
/// <param name="rules">How PgBouncer may ask for it.</param>
/// <param name="checkPeer">Throws if another account than PgBouncer's answers; false where that is not known.</param>
internal sealed class ConsoleLogin(string userName, Func<string?>? password, ConsoleRules rules, Func<bool> checkPeer)
{
    private const string Mechanism = "SCRAM-SHA-256";

    // PostgreSQL's default, which is the least of RFC 7677.
    private const int UsualRounds = 4096;

    /// <summary>Answers all requests until the server says that the login is complete.</summary>
    /// <exception cref="PgSslException">PasswordRequired, UnacceptableAuthentication, AuthenticationFailed, ProtocolViolation.</exception>
    public async Task AnswerAsync(Func<char, Task<(char Type, byte[] Body)>> receive, Func<char, byte[], Task> send)
    {
        Scram? scram = null;
        while (true)
        {
            byte[] body = (await receive('R').ConfigureAwait(false)).Body;
            int request = body.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(body);
            switch (request)
            {
                case 0:
                    if (scram is { IsServerProven: false })
                        throw Violation();
                    return;
                case 3:
                    rules.CheckCleartext(checkPeer());
                    await send('p', Terminated(Password())).ConfigureAwait(false);
                    break;
                case 5 when body.Length >= 8:
                    rules.CheckMd5(checkPeer());
                    await send('p', Terminated(Md5(userName, Password(), body.AsSpan(4, 4)))).ConfigureAwait(false);
                    break;
                case 10 when scram is null && Encoding.ASCII.GetString(body.AsSpan(4)).Split('\0').Contains(Mechanism):
                    // Whoever has the answer can try passwords on it, and that must be slow for a stranger.
                    scram = new Scram(Password(), checkPeer() ? 1 : UsualRounds);
                    byte[] first = Encoding.UTF8.GetBytes(scram.First);
                    byte[] length = new byte[4];
                    BinaryPrimitives.WriteInt32BigEndian(length, first.Length);
                    await send('p', [.. Terminated(Mechanism), .. length, .. first]).ConfigureAwait(false);
                    break;
                case 11 when scram is not null:
                    await send('p', Encoding.UTF8.GetBytes(scram.Answer(Encoding.UTF8.GetString(body.AsSpan(4))))).ConfigureAwait(false);
                    break;
                case 12 when scram is not null:
                    scram.CheckServer(Encoding.UTF8.GetString(body.AsSpan(4)));
                    break;
                default:
                    throw new PgSslException(
                        PgSslError.UnacceptableAuthentication,
                        $"The admin console asks for an authentication method (request {request}) that this module does not support there.",
                        ReloadAdvice.WithoutPassword(OperatingSystem.IsWindows()));
            }
        }
    }

    private string Password() => password?.Invoke() is { Length: > 0 } given ? given : throw new PgSslException(
        PgSslError.PasswordRequired,
        $"The admin console of PgBouncer asks for the password of \"{userName}\", but none was given.",
        "Give -Credential.");

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static PgSslException Violation() => new(
        PgSslError.ProtocolViolation,
        "The admin console breaks the rules of SCRAM-SHA-256.",
        "Check what listens at unix_socket_dir and listen_port.");

#pragma warning disable CA5351, CA1308 // The method md5 demands it: hex in lower case.
    private static string Md5(string user, string password, ReadOnlySpan<byte> salt)
    {
        byte[] inner = Encoding.ASCII.GetBytes(Hex(MD5.HashData(Encoding.UTF8.GetBytes(password + user))));
        return "md5" + Hex(MD5.HashData([.. inner, .. salt]));

        static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
    }
#pragma warning restore CA5351, CA1308

    /// <summary>One exchange of RFC 5802. The user name is in the StartupMessage; here it is empty, as in libpq.</summary>
    private sealed class Scram(string password, int leastRounds)
    {
        private readonly string _firstBare = $"n=,r={Convert.ToBase64String(RandomNumberGenerator.GetBytes(18))}";
        private byte[] _serverSignature = [];

        public bool IsServerProven { get; private set; }

        public string First => "n,," + _firstBare;

        public string Answer(string serverFirst)
        {
            string[] fields = serverFirst.Split(',');
            string nonce = Field(fields, 'r'), salt = Field(fields, 's');
            bool isOurs = nonce.StartsWith(_firstBare[5..], StringComparison.Ordinal) && nonce.Length > _firstBare.Length - 5;
            if (!isOurs || !int.TryParse(Field(fields, 'i'), NumberStyles.None, CultureInfo.InvariantCulture, out int rounds)
                || rounds < leastRounds || rounds > ScramBounds.MostIterations)
                throw Violation();
            // For all characters that people use in passwords, SASLprep is NFKC (RFC 4013).
            byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
                Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)), Base64(salt), rounds, HashAlgorithmName.SHA256, 32);
            byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
            string final = $"c=biws,r={nonce}";
            byte[] message = Encoding.UTF8.GetBytes($"{_firstBare},{serverFirst},{final}");
            byte[] proof = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
            for (int i = 0; i < proof.Length; i++)
                proof[i] ^= clientKey[i];
            _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
            return $"{final},p={Convert.ToBase64String(proof)}";
        }

        public void CheckServer(string serverFinal)
        {
            byte[] signature = Base64(Field(serverFinal.Split(','), 'v'));
            IsServerProven = CryptographicOperations.FixedTimeEquals(signature, _serverSignature);
            if (!IsServerProven)
                throw new PgSslException(
                    PgSslError.AuthenticationFailed, "The program that answers as PgBouncer's console does not know the password.",
                    "Check what listens at unix_socket_dir and listen_port.");
        }

        private static byte[] Base64(string text)
        {
            byte[] bytes = new byte[text.Length];
            return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : throw Violation();
        }

        private static string Field(string[] fields, char name) =>
            Array.Find(fields, field => field.StartsWith($"{name}=", StringComparison.Ordinal))?[2..] ?? throw Violation();
    }
}
