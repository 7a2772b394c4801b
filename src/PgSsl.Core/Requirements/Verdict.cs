namespace PgSsl.Requirements;

/// <summary>One requirement judged, without the files that it is about.</summary>
internal sealed record Verdict(string Requirement, RequirementSource RequiredBy, bool? IsMet, string Detail, string? Remedy)
{
    public static Verdict Met(string requirement, RequirementSource by, string detail) => new(requirement, by, true, detail, null);

    public static Verdict Unmet(string requirement, RequirementSource by, string detail, string remedy) => new(requirement, by, false, detail, remedy);

    public static Verdict Unjudged(string requirement, RequirementSource by, string detail, string? remedy = null) =>
        new(requirement, by, null, detail, remedy);
}
