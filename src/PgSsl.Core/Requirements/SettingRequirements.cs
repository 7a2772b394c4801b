using PgSsl.Asn1;
using PgSsl.Certificates.Trust;
using PgSsl.Common;
using PgSsl.Server.Live;
using PgSsl.Server.Settings;

namespace PgSsl.Requirements;

/// <summary>
/// Whether a server loads its TLS with the settings that it has or is to get (be-secure-openssl.c, be_tls_init). One that it does not take makes
/// a reload keep the old TLS, which shows only in its log, and the next start fail.
/// </summary>
internal static class SettingRequirements
{
    // What every OpenSSL from 1.1.1 on has, whatever the distribution leaves out (openssl-ciphers(1), SSL_CTX_set1_groups_list(3)).
    private static readonly HashSet<string> CommonCiphers = new(StringComparer.Ordinal)
    {
        "HIGH", "DEFAULT", "ECDHE+AESGCM", "ECDHE+CHACHA20", "AESGCM", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
    };

    private static readonly HashSet<string> CommonTls13Ciphers = new(StringComparer.Ordinal)
    {
        "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256",
    };

    // X25519 is in PostgreSQL's default. The curves have two names.
    private static readonly Dictionary<string, string> CommonGroups = new(StringComparer.Ordinal)
    {
        ["X25519"] = "X25519", ["prime256v1"] = "P-256", ["P-256"] = "P-256", ["secp384r1"] = "P-384", ["P-384"] = "P-384",
    };

    private static readonly HashSet<string> CommonCurves = new(StringComparer.Ordinal) { "prime256v1", "secp384r1" };

    /// <summary>Judges those that are not at their defaults.</summary>
    public static IReadOnlyList<Verdict> Judge(ServerSettingFacts facts) =>
    [
        JudgeProtocols(facts),
        JudgeCiphers(facts),
        JudgeTls13Ciphers(facts),
        JudgeGroups(facts),
        JudgeFile(facts, SslParameters.CaFile, Requirement.CaFile, FindFaultOfCa),
        JudgeFile(facts, SslParameters.CrlFile, Requirement.CrlFile, FindFaultOfCrl),
        JudgeDhParameters(facts),
    ];

    private static Verdict JudgeProtocols(ServerSettingFacts facts)
    {
        string? minimum = facts[SslParameters.MinimumProtocol], maximum = facts[SslParameters.MaximumProtocol];
        return TlsVersions.FromName(minimum) > TlsVersions.FromName(maximum)
            ? Requirement.ProtocolRange.Unmet(
                $"ssl_min_protocol_version, {minimum}, is newer than ssl_max_protocol_version, {maximum}.", "Set one of them to another version.")
            : Requirement.ProtocolRange.Met("The oldest protocol version is not newer than the newest one.");
    }

    private static Verdict JudgeCiphers(ServerSettingFacts facts)
    {
        const string Remedy = "Look at the list with openssl ciphers -v on the server's machine; the default is HIGH:MEDIUM:+3DES:!aNULL.";
        // The words that forbid or reorder come after those that allow; one that every OpenSSL has is enough unless it is forbidden again.
        return JudgeList(
            facts, SslParameters.Ciphers, Requirement.Ciphers, openSsl => openSsl.TakesCiphers,
            list => Words(list).Any(CommonCiphers.Contains) && Words(list).All(word => CommonCiphers.Contains(word) || IsHarmless(word)), Remedy);
    }

    private static Verdict JudgeTls13Ciphers(ServerSettingFacts facts) => JudgeList(
        facts, SslParameters.Tls13Ciphers, Requirement.Tls13Ciphers, openSsl => openSsl.TakesTls13Ciphers,
        list => IsListOf(list, suite => CommonTls13Ciphers.Contains(suite) ? suite : null),
        "Look at openssl ciphers -v -s -tls1_3 on the server's machine; empty stands for OpenSSL's own.");

    private static Verdict JudgeGroups(ServerSettingFacts facts)
    {
        bool isOneCurve = facts.Major < SslParameters.Groups.RenamedIn;
        return JudgeList(
            facts, SslParameters.Groups, Requirement.Groups,
            openSsl => isOneCurve ? openSsl.TakesCurve : openSsl.TakesGroups,
            list => isOneCurve ? CommonCurves.Contains(list) : IsListOf(list, CommonGroups.GetValueOrDefault),
            isOneCurve
                ? "Use a curve that is a group of TLS: prime256v1, secp384r1 or secp521r1; X25519 needs PostgreSQL 18."
                : "Use groups that the server's OpenSSL has, such as X25519 and prime256v1.");
    }

    /// <summary>Judges a value that only OpenSSL understands.</summary>
    /// <param name="facts">The settings.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="requirement">Its requirement.</param>
    /// <param name="ask">How OpenSSL is asked.</param>
    /// <param name="isCommon">Whether every OpenSSL takes the value.</param>
    /// <param name="remedy">What to do if it does not.</param>
    private static Verdict JudgeList(
        ServerSettingFacts facts, SslParameter parameter, Requirement requirement, Func<SharedOpenSsl, Func<string, bool>> ask,
        Func<string, bool> isCommon, string remedy)
    {
        string name = parameter.NameIn(facts.Major);
        if (facts[parameter] is not { } value || (value.Length == 0 && parameter.MayBeEmpty))
            return requirement.Met($"{name} is at its default.");
        if (facts.OpenSsl is { } openSsl)
            return ask(openSsl)(value)
                ? requirement.Met($"The server's OpenSSL takes {name} = '{value}'.")
                : requirement.Unmet($"The server's OpenSSL does not take {name} = '{value}'.", remedy);
        return isCommon(value)
            ? requirement.Met($"Every OpenSSL takes {name} = '{value}'.")
            : requirement.Unjudged($"Whether the server's OpenSSL takes {name} = '{value}' cannot be found out from here.", remedy);
    }

    private static Verdict JudgeFile(
        ServerSettingFacts facts, SslParameter parameter, Requirement requirement, Func<ServerFile, string?> findFault)
    {
        return Find(facts, parameter, requirement, out ServerFile file) is { } verdict ? verdict
            : findFault(file) is { } fault
            ? requirement.Unmet($"The server cannot load {parameter.Name}: {fault}.", "Name a file that has what is missing, or set it to ''.")
            : requirement.Met($"{file.Path} is as the server needs it.");
    }

    private static Verdict JudgeDhParameters(ServerSettingFacts facts)
    {
        Requirement requirement = Requirement.DhParameters;
        if (Find(facts, SslParameters.DhParametersFile, requirement, out ServerFile file) is { } verdict)
            return verdict;
        const string Remedy = "Make one: openssl dhparam -out dh.pem 2048. Or set ssl_dh_params_file to '', for the parameters of PostgreSQL.";
        return DhParameters.FindFault(file.Content, out bool isCertain) switch
        {
            null => requirement.Met($"{file.Path} has parameters that the server takes."),
            var fault when isCertain => requirement.Unmet(
                $"The server does not take {file.Path}: {fault}. A reload uses PostgreSQL's own instead, and a start fails.", Remedy),
            var fault => requirement.Unjudged($"Whether the server takes {file.Path} is not certain: {fault}.", Remedy),
        };
    }

    /// <summary>The file that a parameter names; or a verdict, because there is none, or it is out of reach.</summary>
    private static Verdict? Find(ServerSettingFacts facts, SslParameter parameter, Requirement requirement, out ServerFile file)
    {
        file = null!;
        if (facts[parameter] is not { Length: > 0 } named)
            return requirement.Met($"{parameter.Name} names no file.");
        if (facts.Files.GetValueOrDefault(parameter.Name) is not { } found)
            return requirement.Unjudged($"{named} is on the server's machine, and cannot be read through SQL.");
        Verdict access = FileRequirements.JudgeAccess(requirement, found, facts.Server, _ => null);
        if (access.IsMet == false)
            return access;
        if (found.Content is null)
            return requirement.Unjudged($"{named} could not be read: {found.Failure?.Message}", found.Failure?.Remedy);
        file = found;
        return null;
    }

    /// <summary>
    /// SSL_CTX_load_verify_locations, and then SSL_load_client_CA_file, which needs a certificate and passes over those with trust settings
    /// (pem_lib.c, check_pem).
    /// </summary>
    private static string? FindFaultOfCa(ServerFile file) => FindFault(file, contents =>
    {
        PemReader.ReadAll(file.Content, out IReadOnlyList<PemBlock> blocks);
        return blocks.Any(block => block.Label is "CERTIFICATE" or "X509 CERTIFICATE") ? null
            : contents.Certificates.Count > 0 ? "it has only TRUSTED CERTIFICATE blocks, and needs a CERTIFICATE"
            : "it has no certificate";
    });

    /// <summary>X509_STORE_load_locations, which takes certificates as well.</summary>
    private static string? FindFaultOfCrl(ServerFile file) => FindFault(file, _ => null);

    private static string? FindFault(ServerFile file, Func<PemContents, string?> objection)
    {
        try
        {
            return objection(PemFile.Parse(file.Content, file.Path));
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.InvalidCertificateFile)
        {
            return failure.Message.TrimEnd('.');
        }
    }

    /// <summary>
    /// A list of groups or of TLS 1.3's cipher suites has only colons between its words, and nothing twice (CONF_parse_list; t1_lib.c, nid_cb):
    /// some OpenSSL take more, and none less.
    /// </summary>
    /// <param name="list">The list.</param>
    /// <param name="identify">What a word stands for; null if not every OpenSSL has it.</param>
    private static bool IsListOf(string list, Func<string, string?> identify)
    {
        string?[] found = [.. list.Split(':').Select(identify)];
        return !found.Contains(null) && found.Distinct().Count() == found.Length;
    }

    // A list of the older cipher suites is read more kindly (openssl-ciphers(1), CIPHER LIST FORMAT).
    private static string[] Words(string list) => list.Split([':', ',', ' '], StringSplitOptions.RemoveEmptyEntries);

    // Each leaves at least the authenticated ciphers with AES-GCM, which the common words have.
    private static bool IsHarmless(string word) => word is "!aNULL" or "!eNULL" or "!MD5" or "!3DES" or "!RC4" or "!DES" or "!EXPORT" or "!LOW"
        or "!NULL" or "!EXP" or "!SSLv3" or "!PSK" or "!SRP" or "+3DES" or "MEDIUM" or "!DSS" or "!CAMELLIA" or "!ARIA" or "@STRENGTH";
}
