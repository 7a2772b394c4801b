namespace PgSsl.Hba.Live;

/// <summary>Roles about which the same rules decide in the same way, so that one of them stands for all.</summary>
/// <param name="facts">What the server told.</param>
/// <param name="isFor">Whether a rule is for a user.</param>
internal sealed class RoleGroups(HbaServerFacts facts, Func<HbaRecord, string, bool> isFor)
{
    /// <summary>Groups all roles that may log in.</summary>
    /// <param name="rules">The rules.</param>
    /// <returns>The roles of each group, and the rules for them, in order.</returns>
    public IEnumerable<(string[] Roles, HbaRecord[] Rules)> Of(HbaRecord[] rules)
    {
        // Files with many rules have few different lists of users, or lists with one name each.
        Dictionary<HbaName[], int> numbers = [];
        HbaRecord[] examples = [.. rules.DistinctBy(rule => rule.Users)];
        foreach (HbaRecord rule in examples)
            numbers[rule.Users] = numbers.Count;
        int[] listOf = Array.ConvertAll(rules, rule => numbers[rule.Users]);
        ILookup<string, int> literal = examples.Where(IsLiteral)
            .SelectMany(rule => rule.Users.Select(name => (name.Text, numbers[rule.Users]))).ToLookup(pair => pair.Text, pair => pair.Item2);
        HbaRecord[] others = [.. examples.Where(rule => !IsLiteral(rule))];
        HashSet<HbaNameKind> kinds = [.. rules.SelectMany(rule => rule.Databases).Select(name => name.Kind)];
        HashSet<string> databases = [.. facts.Databases];
        // What samerole matches, its members decide. For sameuser, all are alike who have no database of their name.
        bool CountsName(string role) => kinds.Contains(HbaNameKind.SameRole) || (kinds.Contains(HbaNameKind.SameUser) && databases.Contains(role));

        var groups = new Dictionary<string, (List<string> Roles, HashSet<int> Lists)>();
        foreach (string role in facts.LoginRoles)
        {
            HashSet<int> lists = [.. literal[role], .. others.Where(rule => isFor(rule, role)).Select(rule => numbers[rule.Users])];
            IEnumerable<string?> closed = facts.ClosedDatabases.Select(database => database.Value.Contains(role) ? "1" : "0");
            string key = $"{string.Join(',', lists.Order())}/{facts.StoredPasswords?[role]}/{facts.MayReplicate(role)}/{string.Concat(closed)}/"
                + (CountsName(role) ? role : "");
            if (!groups.TryGetValue(key, out (List<string> Roles, HashSet<int> Lists) group))
                groups[key] = group = ([], lists);
            group.Roles.Add(role);
        }
        return groups.Values.Select(group =>
            (group.Roles.ToArray(), rules.Where((_, index) => group.Lists.Contains(listOf[index])).ToArray()));
    }

    private static bool IsLiteral(HbaRecord rule) => Array.TrueForAll(rule.Users, name => name.Kind == HbaNameKind.Literal);
}
