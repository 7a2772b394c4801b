namespace PgSsl.Tests.Soak;

/// <summary>What breaks, and when.</summary>
/// <param name="Name">What.</param>
/// <param name="Statement">Before which statement of the change; -1 for none.</param>
/// <param name="Step">At which operation on files; -1 for none.</param>
internal sealed record SoakIncident(string Name, int Statement, int Step)
{
    public const string None = "nothing";
    public const string EndSession = "the session is ended";
    public const string Restart = "the server restarts";
    public const string Stop = "the server stops";
    public const string Cancel = "the user cancels";
    public const string NoReload = "the server is not reloaded";
    public const string Failure = "the disk fails";
    public const string HalfFailure = "the disk fails half-way";
    public const string ReadOnly = "the disk turns read-only";
    public const string Kill = "the process is killed";
    public const string HalfKill = "the process is killed half-way";
    public const string Foreign = "somebody else writes";
    public const string Second = "a second instance runs";

    // Few more than a file takes, with its undo.
    private const int StepsOfFile = 35;

    private static readonly string[] OfServers = [EndSession, Restart, Stop, Cancel];
    private static readonly string[] OfFiles = [Failure, HalfFailure, ReadOnly, Kill, HalfKill, Foreign, Second];
    private static readonly string[] All = [None, NoReload, .. OfServers, .. OfFiles];

    /// <summary>Whether the order to reload gets lost in addition, so that the change is undone.</summary>
    public bool LosesReload { get; private init; }

    /// <summary>Draws one; of the given number, if there is one.</summary>
    public static SoakIncident Draw(Random random, SoakChange change, int? number)
    {
        string name = All[number is { } fixedNumber ? fixedNumber % All.Length : random.Next(All.Length)];
        bool losesReload = name == NoReload || (name != None && random.Next(3) == 0);
        int statement = random.Next(change.Statements + (losesReload ? 1 : 0));
        int step = random.Next(StepsOfFile * Math.Max(1, change.Files.Count) * (losesReload ? 2 : 1));
        return new SoakIncident(
            name, OfServers.Contains(name) || name is Foreign ? statement : -1, OfFiles.Contains(name) ? step : -1) { LosesReload = losesReload };
    }
}
