namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>A value of DER that can be changed: its tag, its children or its bytes, and how its length is written.</summary>
public sealed class DerNode
{
    public DerNode(int tag, byte[] content) => (Tag, Content) = (tag, content);

    public DerNode(int tag, IEnumerable<DerNode> children) => (Tag, Children) = (tag, [.. children]);

    /// <summary>The first byte.</summary>
    public int Tag { get; set; }

    /// <summary>The bytes before the children: the unused bits of a bit string that holds DER.</summary>
    public byte[] Prefix { get; set; } = [];

    /// <summary>What a primitive value holds.</summary>
    public byte[] Content { get; set; } = [];

    /// <summary>The values inside; null for a primitive value whose bytes are not DER.</summary>
    public List<DerNode>? Children { get; set; }

    /// <summary>How many zeros the length begins with; -1 for an indefinite length.</summary>
    public int LengthZeros { get; set; }

    public static DerNode Parse(byte[] der) => TryParse(der) ?? throw new ArgumentException("Not DER.");

    /// <summary>Null for what has been changed too much.</summary>
    public static DerNode? TryParse(byte[] der) => TryParseAll(der) is [var node] ? node : null;

    /// <summary>All values below, and this one.</summary>
    public IEnumerable<DerNode> All() => Children is null ? [this] : Children.SelectMany(child => child.All()).Prepend(this);

    public DerNode Clone() => Parse(Encode());

    public byte[] Encode()
    {
        byte[] content = Children is null ? Content : [.. Prefix, .. Children.SelectMany(child => child.Encode())];
        if (LengthZeros < 0)
            return [(byte)(Tag | 0x20), 0x80, .. content, 0, 0];
        var length = new List<byte>();
        for (int rest = content.Length; rest > 0; rest >>= 8)
            length.Insert(0, (byte)rest);
        length.InsertRange(0, new byte[LengthZeros]);
        bool isShort = LengthZeros == 0 && content.Length < 0x80;
        return isShort ? [(byte)Tag, (byte)content.Length, .. content] : [(byte)Tag, (byte)(0x80 | length.Count), .. length, .. content];
    }

    private static List<DerNode>? TryParseAll(ReadOnlySpan<byte> bytes)
    {
        var nodes = new List<DerNode>();
        while (bytes.Length > 0)
        {
            if (bytes.Length < 2 || (bytes[0] & 0x1f) == 0x1f || bytes[0] == 0)
                return null;
            int length = bytes[1], header = 2;
            if (length >= 0x80)
            {
                int count = length & 0x7f;
                if (count is 0 or > 3 || bytes.Length < 2 + count)
                    return null;
                length = 0;
                for (int i = 0; i < count; i++)
                    length = (length << 8) | bytes[2 + i];
                header += count;
            }
            if (bytes.Length < header + length)
                return null;
            nodes.Add(ParseOne(bytes[0], bytes.Slice(header, length)));
            bytes = bytes[(header + length)..];
        }
        return nodes;
    }

    private static DerNode ParseOne(int tag, ReadOnlySpan<byte> content)
    {
        if ((tag & 0x20) != 0 && TryParseAll(content) is { } children)
            return new DerNode(tag, children);
        // Extensions are DER in octet strings, and RSA keys are DER in bit strings.
        if (tag == 4 && content.Length > 1 && TryParseAll(content) is { } wrapped)
            return new DerNode(tag, wrapped);
        if (tag == 3 && content.Length > 2 && content[1] == 0x30 && TryParseAll(content[1..]) is { } key)
            return new DerNode(tag, key) { Prefix = [content[0]] };
        return new DerNode(tag, content.ToArray());
    }
}
