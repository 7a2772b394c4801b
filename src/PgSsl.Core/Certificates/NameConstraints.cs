using System.Formats.Asn1;
using PgSsl.Asn1;

namespace PgSsl.Certificates;

/// <summary>The names that a CA may issue for (RFC 5280 4.2.1.10), compared as crypto/x509/v3_ncons.c does.</summary>
internal sealed class NameConstraints
{
    /// <summary>v3_ncons.c, NAME_CHECK_MAX: more comparisons than this count as an attack.</summary>
    private const int MaximumComparisons = 1 << 20;

    private readonly IReadOnlyList<Subtree> _permitted;
    private readonly IReadOnlyList<Subtree> _excluded;

    private NameConstraints(IReadOnlyList<Subtree> permitted, IReadOnlyList<Subtree> excluded)
    {
        _permitted = permitted;
        _excluded = excluded;
    }

    public static NameConstraints Read(AsnReader reader)
    {
        AsnReader sequence = reader.ReadSequence();
        IReadOnlyList<Subtree> permitted = [], excluded = [];
        if (sequence.Has(0))
            permitted = sequence.ReadList(AsnReaderExtensions.ContextTag(0)).ReadEach(ReadSubtree);
        if (sequence.HasData)
            excluded = sequence.ReadList(AsnReaderExtensions.ContextTag(1)).ReadEach(ReadSubtree);
        sequence.ThrowIfNotEmpty();
        return new NameConstraints(permitted, excluded);
    }

    /// <summary>Compares the subject, the e-mail addresses in it, and all alternative names.</summary>
    public ChainError Check(ParsedCertificate certificate)
    {
        IReadOnlyList<GeneralName> alternatives = certificate.Extensions.SubjectAlternativeNames ?? [];
        long names = certificate.Subject.Attributes.Count + alternatives.Count;
        if (names * (_permitted.Count + _excluded.Count) > MaximumComparisons)
            return ChainError.Unspecified;
        return CheckSubject(certificate.Subject).Concat(alternatives.Select(Check)).FirstOrDefault(error => error != ChainError.None);
    }

    /// <summary>Compares the common names that look like host names, for a leaf without dNSName.</summary>
    public ChainError CheckCommonNames(ParsedCertificate leaf)
    {
        foreach (NameAttribute attribute in leaf.Subject.AttributesOf(Oids.CommonName))
        {
            byte[] name = attribute.Utf8 ?? attribute.Content.ToArray();
            int length = name.AsSpan().TrimEnd((byte)0).Length;
            if (name.AsSpan(0, length).Contains((byte)0))
                return ChainError.UnsupportedNameSyntax;
            if (!LooksLikeHostName(name.AsSpan(0, length)))
                continue;
            ChainError error = Check(new GeneralName(GeneralNameKind.Dns, name.AsMemory(0, length)));
            if (error != ChainError.None)
                return error;
        }
        return ChainError.None;
    }

    /// <summary>v3_ncons.c, NAME_CONSTRAINTS_check: an address in another string type is refused, whatever is constrained.</summary>
    private IEnumerable<ChainError> CheckSubject(DistinguishedName subject)
    {
        if (subject.Attributes.Count == 0)
            yield break;
        yield return Check(new GeneralName(GeneralNameKind.Directory, default, subject));
        foreach (NameAttribute email in subject.AttributesOf(Oids.EmailAddress))
            yield return email.Tag == UniversalTagNumber.IA5String
                ? Check(new GeneralName(GeneralNameKind.Email, email.Content)) : ChainError.UnsupportedNameSyntax;
    }

    /// <summary>v3_ncons.c, nc_match: a name is permitted if a constraint of its kind permits it, and none excludes it.</summary>
    private ChainError Check(GeneralName name)
    {
        GeneralNameKind kind = name.OtherNameType == Oids.SmtpUtf8Mailbox ? GeneralNameKind.Email : name.Kind;
        bool isConstrained = false, isPermitted = false;
        foreach (Subtree subtree in _permitted.Where(subtree => subtree.Covers(name, kind)))
        {
            if (subtree.HasDistance)
                return ChainError.NameConstraintDistance;
            isConstrained = true;
            if (isPermitted)
                continue;
            ChainError error = NameConstraintMatch.Compare(name, subtree.Base);
            if (error is not (ChainError.None or ChainError.NameNotPermitted))
                return error;
            isPermitted = error == ChainError.None;
        }
        if (isConstrained && !isPermitted)
            return ChainError.NameNotPermitted;

        foreach (Subtree subtree in _excluded.Where(subtree => subtree.Covers(name, kind)))
        {
            if (subtree.HasDistance)
                return ChainError.NameConstraintDistance;
            ChainError error = NameConstraintMatch.Compare(name, subtree.Base);
            if (error != ChainError.NameNotPermitted)
                return error == ChainError.None ? ChainError.NameExcluded : error;
        }
        return ChainError.None;
    }

    /// <summary>v3_ncons.c, cn2dnsid: two labels or more, of letters, digits, '_' and inner '-'.</summary>
    private static bool LooksLikeHostName(ReadOnlySpan<byte> name)
    {
        bool hasDot = false;
        for (int i = 0; i < name.Length; i++)
        {
            char c = (char)name[i];
            if (char.IsAsciiLetterOrDigit(c) || c == '_')
                continue;
            bool isInner = i > 0 && i < name.Length - 1;
            if (isInner && c == '-')
                continue;
            if (!isInner || c != '.' || name[i + 1] is (byte)'.' or (byte)'-' || name[i - 1] == '-')
                return false;
            hasDot = true;
        }
        return hasDot;
    }

    /// <summary>v3_ncons.c, GENERAL_SUBTREE and nc_minmax_valid.</summary>
    private static Subtree ReadSubtree(AsnReader subtrees) => subtrees.ReadSequence().ReadWhole(subtree =>
    {
        var name = GeneralName.Read(subtree);
        bool hasDistance = subtree.Has(0) && !subtree.ReadInteger(AsnReaderExtensions.ContextTag(0)).IsZero;
        if (subtree.HasData)
        {
            subtree.ReadInteger(AsnReaderExtensions.ContextTag(1));
            hasDistance = true;
        }
        return new Subtree(name, hasDistance);
    });

    /// <param name="Base">The top of the subtree.</param>
    /// <param name="HasDistance">A minimum other than 0 or a maximum, which RFC 5280 forbids.</param>
    private sealed record Subtree(GeneralName Base, bool HasDistance)
    {
        public bool Covers(GeneralName name, GeneralNameKind kind) =>
            Base.Kind == kind && (kind != GeneralNameKind.OtherName || Base.OtherNameType == name.OtherNameType);
    }
}
