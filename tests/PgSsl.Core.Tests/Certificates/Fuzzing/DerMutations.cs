namespace PgSsl.Tests.Certificates.Fuzzing;

/// <summary>Changes to DER: bits, tags, lengths, values that are missing, repeated, in another order, or of another type.</summary>
public static class DerMutations
{
    // What may stand where something else is expected: numbers, strings and their odd forms, names, and everything empty.
    private static readonly byte[][] Strangers =
    [
        [5, 0], [0x30, 0], [0x31, 0], [2, 1, 0], [2, 1, 1], [2, 1, 0xff], [2, 2, 0, 1], [2, 9, 0x7f, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1], [1, 1, 0],
        [1, 0], [4, 0], [3, 1, 0], [3, 2, 9, 0], [6, 1, 0x80], [6, 2, 0x55, 0x80], [6, 20, .. Enumerable.Repeat((byte)0xff, 19), 1], [10, 1, 8],
        [10, 5, 1, 0, 0, 0, 8], [12, 1, 0xff], [12, 3, 0xed, 0xa0, 0x80], [30, 1, 0x61], [30, 2, 0xd8, 0], [28, 4, 0, 0x11, 0, 0], [19, 1, 0x61],
        [26, 1, 0x61], [22, 1, 0x61], [0x80, 1, 0], [0x81, 1, 0xff], [0x82, 1, 0x61], [0x83, 2, 6, 0x40], [0xa0, 2, 5, 0], [0xa1, 0], [0x84, 0],
        [0x88, 1, 0x2a], [0x88, 1, 0x80], [0x0c, 0], [0x24, 4, 4, 2, 1, 2], [0x30, 3, 2, 1, 5], [23, 13, .. "500101000000Z"u8],
        [24, 15, .. "00000101000000Z"u8], [23, 15, .. "20260101000000Z"u8], [24, 15, .. "20500229000000Z"u8],
    ];

    private static readonly int[] Tags =
    [
        1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 18, 19, 20, 22, 23, 24, 26, 27, 28, 30, 0x30, 0x31, 0x80, 0x81, 0x82, 0x83, 0x86, 0x87, 0xa0, 0xa1, 0xa2,
        0xa4,
    ];

    /// <summary>Changes one value somewhere below.</summary>
    public static void Mutate(DerNode root, Random random)
    {
        DerNode[] all = [.. root.All()];
        DerNode node = all[random.Next(all.Length)];
        if (node.Children is { Count: > 0 } children && random.Next(2) == 0)
            MutateChildren(children, random);
        else
            MutateSelf(node, random);
    }

    private static void MutateChildren(List<DerNode> children, Random random)
    {
        int i = random.Next(children.Count);
        switch (random.Next(6))
        {
            case 0:
                children.RemoveAt(i);
                break;
            case 1:
                children.Insert(i, children[i]);
                break;
            case 2:
                children.Add(Stranger(random));
                break;
            case 3:
                children[i] = Stranger(random);
                break;
            case 4:
                int j = random.Next(children.Count);
                (children[i], children[j]) = (children[j], children[i]);
                break;
            default:
                children.Insert(i, Stranger(random));
                break;
        }
    }

    private static void MutateSelf(DerNode node, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                node.Tag = Tags[random.Next(Tags.Length)];
                break;
            case 1:
                node.LengthZeros = node.Children is not null && random.Next(2) == 0 ? -1 : random.Next(1, 3);
                break;
            case 2 when node.Children is not null:
                node.Content = [.. node.Encode().AsSpan(2)];
                node.Children = null;
                break;
            case 3 when node.Children is null && node.Content.Length > 0:
                node.Content = node.Content[..random.Next(node.Content.Length)];
                break;
            case 4 when node.Children is null:
                node.Content = [.. node.Content, (byte)random.Next(256)];
                break;
            case 5 when node.Children is null:
                node.Content = [(byte)(random.Next(2) == 0 ? 0 : random.Next(256)), .. node.Content];
                break;
            default:
                Flip(node, random);
                break;
        }
    }

    private static void Flip(DerNode node, Random random)
    {
        if (node.Children is null && node.Content.Length > 0)
            node.Content[random.Next(node.Content.Length)] ^= (byte)(1 << random.Next(8));
        else if (random.Next(4) == 0)
            node.Tag ^= 0x20;
    }

    private static DerNode Stranger(Random random) => Raw(Strangers[random.Next(Strangers.Length)]);

    private static DerNode Raw(byte[] der) => new(der[0], der[2..]);
}
