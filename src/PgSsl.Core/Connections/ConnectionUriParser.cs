using System.Text;

namespace PgSsl.Connections;

/// <summary>
/// Reads <c>postgresql://user:password@host:port,[v6]:port/dbname?name=value</c> as libpq does (fe-connect.c,
/// conninfo_uri_parse_options and conninfo_uri_parse_params). It differs from RFC 3986: there may be several hosts, and a plus means a plus.
/// </summary>
internal sealed class ConnectionUriParser
{
    private const string BracketRemedy = "Write IPv6 addresses as [::1].";
    private static readonly string[] Prefixes = ["postgresql://", "postgres://"];

    private readonly string _text;
    private readonly ParsedEndpoint _parsed = new();
    private int _position;

    private ConnectionUriParser(string text, int start) => (_text, _position) = (text, start);

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    internal static bool IsUri(string text) => PrefixLength(text) > 0;

    internal static ParsedEndpoint Parse(string text)
    {
        EndpointErrors.RefuseNul(text);
        var parser = new ConnectionUriParser(text, PrefixLength(text));
        parser.ReadUserInfo();
        parser.ReadHosts();
        parser.ReadDatabase();
        parser.ReadQuery();
        return parser._parsed;
    }

    private static int PrefixLength(string text) =>
        Array.Find(Prefixes, prefix => text.StartsWith(prefix, StringComparison.Ordinal))?.Length ?? 0;

    private void ReadUserInfo()
    {
        int end = _text.IndexOfAny(['@', '/'], _position);
        if (end < 0 || _text[end] == '/') return;
        StoreDecoded("user", _position, ReadUntil(":@"), "the user name");
        if (Current == ':')
        {
            _position++;
            StoreDecoded("password", _position, ReadUntil("@"), "the password");
        }
        _position++;
    }

    private void ReadHosts()
    {
        var hosts = new StringBuilder();
        var ports = new StringBuilder();
        int first = _position;
        while (true)
        {
            hosts.Append(Current == '[' ? ReadBracketed() : ReadUntil(":/?,"));
            if (Current == ':')
            {
                int start = ++_position;
                string port = ReadUntil("/?,");
                ports.Append(port);
                // It may be a password that was not encoded (see RefusedText); libpq refuses it only when it connects.
                if (!port.All(char.IsAsciiDigit))
                    _parsed.Mask(start, _position);
            }
            if (Current != ',') break;
            _position++;
            hosts.Append(',');
            ports.Append(',');
        }
        StoreDecoded("host", first, hosts.ToString(), "the host");
        StoreDecoded("port", first, ports.ToString(), "the port");
    }

    private string ReadBracketed()
    {
        int open = _position++;
        string address = ReadUntil("]");
        if (Current != ']')
            throw EndpointErrors.Invalid($"The bracket at character {open + 1} of the URI is never closed.", BracketRemedy);
        if (address.Length == 0)
            throw EndpointErrors.Invalid($"The brackets at character {open + 1} of the URI are empty.", BracketRemedy);
        _position++;
        if (_position < _text.Length && !":/?,".Contains(Current))
            throw EndpointErrors.Invalid(
                $"Unexpected text at character {_position + 1} of the URI, after an IPv6 address.",
                "Continue with \":port\", \"/dbname\" or \"?\".");
        return address;
    }

    private void ReadDatabase()
    {
        if (Current != '/') return;
        _position++;
        StoreDecoded("dbname", _position, ReadUntil("?"), "the database name");
    }

    private void ReadQuery()
    {
        if (Current != '?') return;
        _position++;
        for (int number = 1; _position < _text.Length; number++)
        {
            int start = _position;
            string[] pair = ReadUntil("&").Split('=');
            if (pair.Length != 2)
                throw EndpointErrors.Invalid(
                    $"Query parameter {number} of the URI has {(pair.Length < 2 ? "no" : "more than one")} \"=\".",
                    "Write name=value&name=value, with = as %3D and & as %26 inside values.");
            StoreQueryParameter(pair[0], pair[1], number, start + pair[0].Length + 1);
            _position++;
        }
    }

    private void StoreQueryParameter(string encodedName, string encodedValue, int number, int valueStart)
    {
        string name = PercentEncoding.Decode(encodedName, $"the name of query parameter {number}");
        string value = PercentEncoding.Decode(encodedValue, $"the value of query parameter {number}");
        // JDBC's spelling; libpq has no parameter ssl with another value.
        if (name == "ssl" && value == "true") (name, value) = ("sslmode", "require");
        if (!_parsed.TryStore(name, value, valueStart, valueStart + encodedValue.Length))
            throw EndpointErrors.UnknownParameter(name);
    }

    /// <summary>Stores a part that was just read; an empty part counts as not given.</summary>
    private void StoreDecoded(string name, int start, string encoded, string part)
    {
        if (encoded.Length > 0)
            _parsed.TryStore(name, PercentEncoding.Decode(encoded, part), start, _position);
    }

    private string ReadUntil(string stops)
    {
        int start = _position;
        while (_position < _text.Length && !stops.Contains(_text[_position])) _position++;
        return _text[start.._position];
    }
}
