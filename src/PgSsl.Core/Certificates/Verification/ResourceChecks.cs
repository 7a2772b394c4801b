namespace PgSsl.Certificates.Verification;

/// <summary>Whether nobody speaks for addresses and autonomous systems that are not the issuer's (RFC 3779 2.3 and 3.3).</summary>
internal static class ResourceChecks
{
    /// <summary>crypto/x509/v3_asid.c, asid_validate_path_internal.</summary>
    public static ChainFault? Systems(IReadOnlyList<ChainLink> path)
    {
        if (At(path, 0).AutonomousSystems is not { } own)
            return null;
        if (!own.AreCanonical)
            return new ChainFault(ChainError.InvalidExtension, 0);
        bool inheritsNumbers = own.Numbers is { Ranges: null }, inheritsRouting = own.Routing is { Ranges: null };
        SystemNumbers? numbers = inheritsNumbers ? null : own.Numbers, routing = inheritsRouting ? null : own.Routing;
        for (int depth = 1; depth < path.Count; depth++)
        {
            if (At(path, depth).AutonomousSystems is not { } above)
            {
                if (numbers is not null || routing is not null)
                    return new ChainFault(ChainError.UnnestedResource, depth);
                continue;
            }
            if (!above.AreCanonical)
                return new ChainFault(ChainError.InvalidExtension, depth);
            if (!Narrow(above.Numbers, ref numbers, ref inheritsNumbers) || !Narrow(above.Routing, ref routing, ref inheritsRouting))
                return new ChainFault(ChainError.UnnestedResource, depth);
        }
        // A trust anchor has nobody to inherit from.
        return At(path, path.Count - 1).AutonomousSystems is { Numbers: { Ranges: null } } or { Routing: { Ranges: null } }
            ? new ChainFault(ChainError.UnnestedResource, path.Count - 1)
            : null;
    }

    /// <summary>crypto/x509/v3_addr.c, addr_validate_path_internal.</summary>
    public static ChainFault? Addresses(IReadOnlyList<ChainLink> path)
    {
        if (At(path, 0).AddressBlocks is not { } own)
            return null;
        if (!own.IsCanonical)
            return new ChainFault(ChainError.InvalidExtension, 0);
        AddressBlock[] families = [.. own.Families];
        for (int depth = 1; depth < path.Count; depth++)
        {
            ChainError error = Narrow(families, At(path, depth).AddressBlocks);
            if (error != ChainError.None)
                return new ChainFault(error, depth);
        }
        foreach (AddressBlock family in At(path, path.Count - 1).AddressBlocks?.Families ?? [])
        {
            if (!family.IsNamed)
                return new ChainFault(ChainError.Unspecified, path.Count - 1);
            if (family.Ranges is null && families.Any(other => other.CompareTo(family) == 0))
                return new ChainFault(ChainError.UnnestedResource, path.Count - 1);
        }
        return null;
    }

    private static CertificateExtensions At(IReadOnlyList<ChainLink> path, int depth) => path[depth].Certificate.Extensions;

    private static bool Narrow(SystemNumbers? above, ref SystemNumbers? below, ref bool inherits)
    {
        if (above is null)
            return below is null;
        if (above.Ranges is null)
            return true;
        if (!inherits && !above.Contain(below))
            return false;
        (below, inherits) = (above, false);
        return true;
    }

    private static ChainError Narrow(AddressBlock[] families, AddressBlocks? above)
    {
        if (above is null)
        {
            if (families.Any(family => !family.IsNamed))
                return ChainError.Unspecified;
            return families.Any(family => family.Ranges is not null) ? ChainError.UnnestedResource : ChainError.None;
        }
        if (!above.IsCanonical)
            return ChainError.InvalidExtension;
        for (int i = 0; i < families.Length; i++)
        {
            if (above.Find(families[i]) is not { } parent)
            {
                if (families[i].Ranges is not null)
                    return ChainError.UnnestedResource;
                continue;
            }
            if (!families[i].IsNamed)
                return ChainError.Unspecified;
            if (parent.Ranges is null)
                continue;
            if (families[i].Ranges is not null && !parent.Contains(families[i]))
                return ChainError.UnnestedResource;
            families[i] = parent;
        }
        return ChainError.None;
    }
}
