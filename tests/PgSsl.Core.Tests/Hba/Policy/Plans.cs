using System.Text;
using PgSsl.Hba.Policy;

namespace PgSsl.Tests.Hba.Policy;

/// <summary>Plans for files that are written in a test.</summary>
internal static class Plans
{
    public static HbaPlan Make(string text, HbaPolicy? policy = null, int major = 18)
    {
        var files = new WrittenFiles((WrittenFiles.Main, text));
        return HbaPlanner.Plan(WrittenFiles.Read(files, major), policy ?? new HbaPolicy(), files);
    }

    /// <summary>The main file as the plan would leave it.</summary>
    public static string Apply(string text, HbaPolicy? policy = null, int major = 18) => Text(Make(text, policy, major));

    public static string Text(HbaPlan plan) => Encoding.UTF8.GetString(plan.After.Files[0].Content);
}
