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

    /// <summary>The mask as the view shows it; null where there is none.</summary>
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

    /// <summary>samenet: any address in one of the server's networks.</summary>
    public sealed record SameNet : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => "samenet";
    }

    /// <summary>A host name: the client's address must resolve to it, and it to the address; <c>.suffix</c> stands for all names below it.</summary>
    /// <param name="Name">The name.</param>
    public sealed record HostName(string Name) : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => Name;

        /// <summary>What is shown instead, because somebody wrote a secret in the place of the name; null for a name that is none.</summary>
        public string? Masked { get; init; }

        /// <summary>Whether this field matches a name (hba.c, hostname_match): a suffix does not match the bare domain.</summary>
        public bool Includes(string name) => Name.StartsWith('.')
            ? name.Length >= Name.Length && ServerText.EqualsIgnoringCase(name.AsSpan(name.Length - Name.Length), Name)
            : ServerText.EqualsIgnoringCase(name, Name);
    }

    /// <summary>Addresses of one family. The address may have bits outside the mask: they do not count.</summary>
    /// <param name="Address">The address as written.</param>
    /// <param name="Mask">The mask, of the same family; it need not be contiguous.</param>
    public sealed record Network(NumericAddress Address, UInt128 Mask) : HbaAddress
    {
        /// <inheritdoc/>
        public override string Text => Address.ToString();

        /// <inheritdoc/>
        public override string MaskText => (Address with { Bits = Mask }).ToString();

        /// <summary>How many ones the mask begins with.</summary>
        public int LeadingOnes => (int)UInt128.LeadingZeroCount(~(Mask << (128 - Address.Width)));

        /// <summary>Whether the mask has leading ones and no others, as in CIDR notation.</summary>
        public bool IsContiguous => Mask == NumericAddress.Mask(Address.IsIPv6, Math.Min(LeadingOnes, Address.Width));

        /// <summary>Whether an address is in this network (ifaddr.c, pg_range_sockaddr).</summary>
        public bool Contains(NumericAddress client) =>
            client.IsIPv6 == Address.IsIPv6 && ((client.Bits ^ Address.Bits) & Mask) == 0;

        /// <summary>The first address in this network that is not before another one; null if there is none.</summary>
        public UInt128? FirstFrom(UInt128 from)
        {
            UInt128 free = ~Mask & NumericAddress.Mask(Address.IsIPv6, Address.Width), own = Address.Bits & Mask, found = own | (from & free);
            if (found == from)
                return found;
            UInt128 top = (UInt128)1 << (127 - (int)UInt128.LeadingZeroCount(found ^ from));
            // Above the highest difference both are the same; below it the least is wanted.
            if (found > from)
                return found & ~(free & (top - 1));
            UInt128 above = free & ~found & ~(top | (top - 1));
            UInt128 step = above & (~above + 1);
            return step == 0 ? null : (found | step) & ~(free & (step - 1));
        }

        /// <summary>Whether every address of another network is in this one.</summary>
        public bool Covers(Network other) =>
            other.Address.IsIPv6 == Address.IsIPv6 && (Mask & other.Mask) == Mask && ((other.Address.Bits ^ Address.Bits) & Mask) == 0;
    }

    private static readonly Network Loopback4 = new(new NumericAddress(false, 0x7F000000), NumericAddress.Mask(false, 8));
    private static readonly Network Loopback6 = new(new NumericAddress(true, 1), UInt128.MaxValue);

    /// <summary>Whether it matches only connections from the server's own host.</summary>
    public bool IsLoopback => this switch
    {
        SameHost => true,
        HostName host => ServerText.EqualsIgnoringCase(host.Name, "localhost"),
        Network network => Loopback4.Covers(network) || Loopback6.Covers(network),
        _ => false,
    };

    /// <summary>Whether this field matches every client that another one matches.</summary>
    public bool Covers(HbaAddress other) => (this, other) switch
    {
        (Everyone, _) => true,
        (SameNet, SameHost or SameNet) or (SameHost, SameHost) => true,
        (HostName name, HostName inner) =>
            ServerText.EqualsIgnoringCase(name.Name, inner.Name) || (!inner.Name.StartsWith('.') && name.Includes(inner.Name)),
        (Network network, Network inner) => network.Covers(inner),
        _ => false,
    };
}
