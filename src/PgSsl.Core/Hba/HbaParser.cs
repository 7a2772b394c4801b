using PgSsl.Common;
using PgSsl.Patterns;

namespace PgSsl.Hba;

/// <summary>Reads the fields of a line as a record, or says why the server refuses them (hba.c, parse_hba_line).</summary>
internal sealed class HbaParser(HbaDialect dialect)
{
    private static readonly HbaError SslIsDisabled = new("hostssl record cannot match because SSL is disabled");
    private static readonly HbaError GssIsNotBuilt = new("hostgssenc record cannot match because GSSAPI is not supported by this build");
    private static readonly HbaAddress Everyone = new HbaAddress.Everyone();
    private static readonly HbaAddress SameHost = new HbaAddress.SameHost();
    private static readonly HbaAddress SameNet = new HbaAddress.SameNet();

    private readonly Dictionary<string, (AdvancedRegex? Pattern, string? Error)> _patterns = [];
    private readonly Dictionary<(string, bool, bool, HbaTokenOrigin), HbaName[]> _names = [];
    private readonly Dictionary<(HbaName[], HbaName[]), HbaName[]> _pairs = [];
    private readonly Dictionary<(string, HbaTokenOrigin), HbaAddress> _hosts = [];
    private readonly Dictionary<string, int> _keys = new() { ["all"] = HbaName.AllKey };
    private readonly HbaMethods _methods = new(dialect);

    // The token that is read, for errors.
    private HbaToken? _at;

    /// <summary>Reads one line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">
    /// The number that it gets if the view shows no error (hbafuncs.c, fill_hba_view): a row that is all NULL gets one too.
    /// </param>
    public HbaEntry Understand(HbaFields line, int number)
    {
        if (line.Error is not null)
            return new HbaEntry(line, line.Error, null);
        HbaError? error = null;
        _at = null;
        try
        {
            return Parse(line, number, out error);
        }
        catch (HbaRefusal refusal)
        {
            // An error about the connection type, found before, stays.
            return new HbaEntry(line, refusal.In(line, _at), refusal.IsSilent && error is null ? number : null);
        }
    }

    private HbaRecord Parse(HbaFields line, int number, out HbaError? error)
    {
        int field = 0;
        HbaConnectionType type = ParseType(Single(line, field++, "connection type", "connection type"), out error);
        HbaName[] databases = ParseNames(Field(line, field++, "database specification"), isDatabase: true);
        HbaName[] users = ParseNames(Field(line, field++, "role specification"), isDatabase: false);
        HbaAddress? address = type == HbaConnectionType.Local ? null : ParseAddress(line, ref field);
        int methodField = field++;
        string method = _methods.Check(Single(line, methodField, "authentication method", "authentication type").Text, type);
        HbaOption[] options = ParseOptions(line, field, method, type);
        // auth-oauth.c, check_oauth_validator: it forgets the error that was found before.
        if (method == "oauth")
            error = null;
        return new HbaRecord(line, error, error is null ? number : null)
        {
            Type = type,
            Databases = databases,
            Users = users,
            Address = address,
            Method = method,
            MethodIndex = line.TokensBefore(methodField),
            Options = options,
            CertificateDemand = dialect.CertificateDemandOf(method, options.LastOrDefault(option => option.Name == "clientcert").Value),
        };
    }

    private HbaConnectionType ParseType(HbaToken token, out HbaError? error)
    {
        error = null;
        HbaConnectionType? type = HbaConnectionTypes.FromWord(token.Text);
        if (type is null || (type is HbaConnectionType.HostGssEnc or HbaConnectionType.HostNoGssEnc && !dialect.HasGssTypes))
            throw token.Text.StartsWith('\uFEFF')
                ? new HbaRefusal(
                    "invalid connection type \"", token.Text.TrimStart('\uFEFF'),
                    "\" behind a byte order mark, which the server takes as a part of the word")
                : new HbaRefusal("invalid connection type \"", token.Text, "\"");
        if (type == HbaConnectionType.HostSsl && dialect.SslIsOn == false)
            error = SslIsDisabled;
        if (type == HbaConnectionType.HostGssEnc && !dialect.HasGss)
            error = GssIsNotBuilt;
        return type.Value;
    }

    // Large files repeat few names and short lists: each is made once.
    private HbaName[] ParseNames(ReadOnlySpan<HbaToken> tokens, bool isDatabase)
    {
        HbaName[] first = ParseName(tokens[0], isDatabase);
        if (tokens.Length == 1)
            return first;
        if (tokens.Length > 2)
            return ParseList(tokens, isDatabase);
        (HbaName[], HbaName[]) pair = (first, ParseName(tokens[1], isDatabase));
        if (!_pairs.TryGetValue(pair, out HbaName[]? known))
            _pairs[pair] = known = [first[0], pair.Item2[0]];
        return known;
    }

    private HbaName[] ParseList(ReadOnlySpan<HbaToken> tokens, bool isDatabase)
    {
        var names = new HbaName[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
            names[i] = ParseName(tokens[i], isDatabase)[0];
        return names;
    }

    private HbaName[] ParseName(HbaToken token, bool isDatabase)
    {
        _at = token;
        (string, bool, bool, HbaTokenOrigin) key = (token.Text, token.IsQuoted, isDatabase, token.Origin);
        if (!_names.TryGetValue(key, out HbaName[]? known))
            _names[key] = known = [Understand(token, isDatabase)];
        return known;
    }

    // A pattern in quotes is still a pattern: regcomp_auth_token does not look at quotes.
    private HbaName Understand(HbaToken token, bool isDatabase)
    {
        HbaName name = dialect.HasPatterns && token.Text.StartsWith('/')
            ? new HbaName(token.Text, token.IsQuoted, HbaNameKind.Pattern, Compile(token.Text[1..]))
            : new HbaName(token.Text, token.IsQuoted, token.IsQuoted ? HbaNameKind.Literal : HbaName.KindOf(token.Text, isDatabase), null);
        // Quoted keywords keep their quotes here, so that they differ from keywords. samegroup and samerole mean the same.
        string meaning = name.Kind == HbaNameKind.SameRole ? "samerole" : name.Display;
        if (!_keys.TryGetValue(meaning, out int key))
            _keys[meaning] = key = _keys.Count;
        return name with { Key = key, Masked = HbaSecrets.Masked(token) };
    }

    private AdvancedRegex Compile(string text)
    {
        if (!_patterns.TryGetValue(text, out (AdvancedRegex? Pattern, string? Error) known))
        {
            AdvancedRegex? pattern = AdvancedRegex.TryParse(text, out string? error);
            _patterns[text] = known = (pattern, error);
        }
        return known.Pattern ?? throw new HbaRefusal("invalid regular expression \"", text, $"\": {known.Error}");
    }

    private HbaAddress ParseAddress(HbaFields line, ref int field)
    {
        HbaToken token = Single(line, field++, "IP address specification", "host address");
        if (!token.IsQuoted)
        {
            switch (token.Text)
            {
                case "all": return Everyone;
                case "samehost": return SameHost;
                case "samenet": return SameNet;
            }
        }
        int slash = token.Text.IndexOf('/', StringComparison.Ordinal);
        NumericAddress? address = NumericAddress.Parse(slash < 0 ? token.Text : token.Text.AsSpan(0, slash));
        if (address is not { } start)
            return slash < 0
                ? HostNamed(token)
                : throw new HbaRefusal("specifying both host name and CIDR mask is invalid: \"", token.Text, "\"");
        if (slash >= 0)
        {
            int ones = NumericAddress.ParsePrefix(token.Text.AsSpan(slash + 1), start.IsIPv6)
                ?? throw new HbaRefusal("invalid CIDR mask in address \"", token.Text, "\"");
            return new HbaAddress.Network(start, NumericAddress.Mask(start.IsIPv6, ones));
        }
        HbaToken maskToken = Single(line, field++, "netmask specification", "netmask");
        NumericAddress mask = NumericAddress.Parse(maskToken.Text)
            ?? throw new HbaRefusal("invalid IP mask \"", maskToken.Text, "\": Name or service not known");
        return mask.IsIPv6 == start.IsIPv6
            ? new HbaAddress.Network(start, mask.Bits)
            : throw new HbaRefusal("IP address and mask do not match");
    }

    private HbaAddress HostNamed(HbaToken token)
    {
        if (!_hosts.TryGetValue((token.Text, token.Origin), out HbaAddress? known))
            _hosts[(token.Text, token.Origin)] = known = new HbaAddress.HostName(token.Text) { Masked = HbaSecrets.Masked(token) };
        return known;
    }

    private HbaOption[] ParseOptions(HbaFields line, int field, string method, HbaConnectionType type)
    {
        List<HbaOption>? options = null;
        for (; field < line.Count; field++)
        {
            foreach (HbaToken token in line[field])
            {
                _at = token;
                int equals = token.Text.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0)
                    throw new HbaRefusal("authentication option not in name=value format: ", token.Text, "");
                var option = new HbaOption(token.Text[..equals], token.Text[(equals + 1)..], token);
                _methods.CheckOption(option, method, type);
                (options ??= []).Add(option);
            }
        }
        HbaOption[] all = options?.ToArray() ?? [];
        _methods.CheckTogether(method, all);
        return all;
    }

    private static ReadOnlySpan<HbaToken> Field(HbaFields line, int index, string what) =>
        index < line.Count ? line[index] : throw new HbaRefusal($"end-of-line before {what}");

    private HbaToken Single(HbaFields line, int index, string missing, string several)
    {
        ReadOnlySpan<HbaToken> tokens = Field(line, index, missing);
        _at = tokens[0];
        return tokens.Length == 1 ? tokens[0] : throw new HbaRefusal($"multiple values specified for {several}");
    }
}
