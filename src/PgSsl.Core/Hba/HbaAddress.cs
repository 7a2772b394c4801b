using PgSsl.Common;

namespace PgSsl.Hba;

/// <summary>The address field of a record (hba.h, IPCompareMethod).</summary>
internal abstract record HbaAddress
{
    private HbaAddress()
    {
    }

    /// <summary>As the view pg_hba_file_rules shows it.</summary>
    public abstract string Text { get; }

    /// <summary>The mask, as the view shows it; null where there is none.</summary>
    public virtual string? MaskText => null;

    /// <summary>all: every TCP client.</summary>
    public sealed record Everyone : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => "all";
    }

    /// <summary>samehost: any address of the server itself.</summary>
    public sealed record SameHost : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => "samehost";
    }

    /// <summary>samenet: any address in a network that the server is in.</summary>
    public sealed record SameNet : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => "samenet";
    }

    /// <summary>A host name, compared with what the client's address resolves to and back; <c>.suffix</c> for all names below it.</summary>
    /// <param name="Name">The name.</param>
    public sealed record HostName(string Name) : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => Name;

        /// <summary>Whether a name is meant by it (hba.c, hostname_match): the suffix does not stand for the bare domain.</summary>
        public bool Includes(string name) => Name.StartsWith('.')
            ? name.Length >= Name.Length && ServerText.EqualsIgnoringCase(name.AsSpan(name.Length - Name.Length), Name)
            : ServerText.EqualsIgnoringCase(name, Name);
    }

    /// <summary>Addresses of one family. Bits of the address that the mask does not have are allowed, and do not count.</summary>
    /// <param name="Address">The address as written.</param>
    /// <param name="Mask">The mask, of the same family; it need not be contiguous.</param>
    public sealed record Network(NumericAddress Address, UInt128 Mask) : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => Address.ToString();

        /// <inheritdoc/>
        public override string MaskText => (Address with { Bits = Mask }).ToString();

        /// <summary>How many ones the mask starts with.</summary>
        public int LeadingOnes => (int)UInt128.LeadingZeroCount(~(Mask << (128 - Address.Width)));

        /// <summary>Whether the mask is nothing but leading ones, as in CIDR notation.</summary>
        public bool IsContiguous => Mask == NumericAddress.Mask(Address.IsIPv6, Math.Min(LeadingOnes, Address.Width));

        /// <summary>Whether an address is in it (ifaddr.c, pg_range_sockaddr).</summary>
        public bool Contains(NumericAddress client) =>
            client.IsIPv6 == Address.IsIPv6 && ((client.Bits ^ Address.Bits) & Mask) == 0;

        /// <summary>Whether every address of another network is in it.</summary>
        public bool Covers(Network other) =>
            other.Address.IsIPv6 == Address.IsIPv6 && (Mask & other.Mask) == Mask && ((other.Address.Bits ^ Address.Bits) & Mask) == 0;
    }

    private static readonly Network Loopback4 = new(new NumericAddress(false, 0x7F000000), NumericAddress.Mask(false, 8));
    private static readonly Network Loopback6 = new(new NumericAddress(true, 1), UInt128.MaxValue);

    /// <summary>Whether it stands for connections from the server's own host only.</summary>
    public bool IsLoopback => this switch
    {
        SameHost => true,
        HostName host => ServerText.EqualsIgnoringCase(host.Name, "localhost"),
        Network network => Loopback4.Covers(network) || Loopback6.Covers(network),
        _ => false,
    };

    /// <summary>Whether every client that the other stands for is meant by this one.</summary>
    public bool Covers(HbaAddress other) => (this, other) switch
    {
        (Everyone, _) => true,
        (SameNet, SameHost or SameNet) or (SameHost, SameHost) => true,
        (HostName one, HostName two) => ServerText.EqualsIgnoringCase(one.Name, two.Name) || (!two.Name.StartsWith('.') && one.Includes(two.Name)),
        (Network one, Network two) => one.Covers(two),
        _ => false,
    };
}
