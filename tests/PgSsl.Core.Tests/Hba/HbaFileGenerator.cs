using System.Text;

namespace PgSsl.Tests.Hba;

/// <summary>
/// File sets out of the grammar of pg_hba.conf: good, nearly good and hostile ones, the same for the same seed. They are finite for every
/// version: only from 16 on a file may include itself.
/// </summary>
internal sealed class HbaFileGenerator
{
    private const string Side = HbaFileSet.SideDirectory;
    private const int DeepestOwn = 3;

    private readonly Random _random;
    private readonly int _major;
    private readonly HbaRecordGenerator _records;
    private readonly Stack<string> _directories = [];
    private SortedDictionary<string, string?> _others = [];
    private HashSet<string> _unfinished = [];
    private bool _mayLoop;

    /// <summary>A generator for a version.</summary>
    public HbaFileGenerator(int seed, int major = 18)
    {
        _random = new Random(seed);
        _major = major;
        _records = new HbaRecordGenerator(_random, NameOfFile);
    }

    /// <summary>The next file set.</summary>
    public HbaFileSet Next()
    {
        _others = new(StringComparer.Ordinal);
        _unfinished = [];
        _mayLoop = _major >= 16;
        _directories.Clear();
        string main = Lines("", 1 + _random.Next(12));
        if (Rarely(10))
            main = "\u00EF\u00BB\u00BF" + main;
        while (Rarely(4))
            main = main.Insert(_random.Next(main.Length + 1), Pick(HbaWords.Noise));
        return new HbaFileSet(main, _others);
    }

    private string Lines(string directory, int count)
    {
        _directories.Push(directory);
        string lineBreak = Rarely(6) ? "\r\n" : "\n";
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append(Line());
            if (Rarely(40))
                text.Append(Pick("\\", "\\\\", " \\", "\\ ", "\\\r"));
            if (i < count - 1 || !Rarely(5))
                text.Append(lineBreak);
        }
        _directories.Pop();
        return text.ToString();
    }

    private string Line() => _random.Next(24) switch
    {
        < 16 => _records.Record(),
        < 18 => Pick(HbaWords.Comments),
        18 => Pick("", " ", "\t", ",", "\"\"", "\r", " , ", "\\"),
        < 22 => _records.Join(Include()),
        22 => _records.List([.. HbaWords.Databases, .. HbaWords.Users]),
        _ => Rarely(40) ? string.Join(',', Enumerable.Repeat("a_name_as_any_other", _random.Next(2000))) : _records.Record(),
    };

    private IEnumerable<string> Include()
    {
        if (Rarely(12))
        {
            string word = Pick("include", "include_dir", "include_if_exists", "INCLUDE", "include_dir_if_exists");
            return [word, .. Enumerable.Repeat("x", _random.Next(4))];
        }
        if (Rarely(4))
            return [_records.Spell("include_dir"), _records.Spell(Directory())];
        return [_records.Spell(Rarely(3) ? "include_if_exists" : "include"), Rarely(20) ? "@" + NameOfFile() : _records.Spell(NameOfFile())];
    }

    /// <summary>How a file is named in the one that is being written: one that is there, a new one, or none.</summary>
    private string NameOfFile()
    {
        string[] finished = [.. _others.Keys.Except(_unfinished)];
        return RelativeTo(_directories.Peek(), _random.Next(10) switch
        {
            0 => Pick("missing", $"{Side}/missing", "", " ", "/dev/null", "/nowhere/x", "pg_hba.conf/x", new string('n', 300), "d\u00FC",
                $"{Side}/a.conf/x"),
            1 when _mayLoop => Loop(),
            2 => Deep(8 + _random.Next(5)),
            < 6 when finished.Length > 0 => Pick(finished),
            _ when _directories.Count <= DeepestOwn => NewFile(),
            _ => $"{Side}/none",
        });
    }

    private static string RelativeTo(string directory, string name) => name.StartsWith('/') || name.Trim().Length == 0
        ? name
        : directory switch
        {
            "" => name,
            Side when name.StartsWith($"{Side}/", StringComparison.Ordinal) => name[(Side.Length + 1)..],
            Side => $"../{name}",
            _ => $"../../{name}",
        };

    private string NewFile()
    {
        string name = $"{Side}/{Pick("names", "a b", "more.conf", "a.conf", ".hidden", "empty", "x\"y", "a,b", "#1", "q")}";
        if (_others.ContainsKey(name))
            return _unfinished.Contains(name) ? $"{Side}/none" : name;
        _unfinished.Add(name);
        _others[name] = "";
        string text = _random.Next(6) switch
        {
            0 => "",
            1 => Lines(Side, 1 + _random.Next(5)),
            2 => string.Join(
                Pick("\n", ",", "\r\n", ",\n"), Enumerable.Range(0, _random.Next(6)).Select(_ => _records.Spell(Pick(HbaWords.Databases)))),
            _ => string.Concat(Enumerable.Range(0, _random.Next(3)).Select(_ => NamesIn(Side) + Pick("\n", " # x\n", "", "\\\n"))),
        };
        _others[name] = Rarely(12) ? text.Insert(_random.Next(text.Length + 1), Pick(HbaWords.Noise)) : text;
        _unfinished.Remove(name);
        return name;
    }

    private string NamesIn(string directory)
    {
        _directories.Push(directory);
        string names = _records.List(HbaWords.Users);
        _directories.Pop();
        return names;
    }

    private string Directory()
    {
        string name = $"{Side}/conf.d";
        if (Rarely(8))
            return RelativeTo(_directories.Peek(), Pick("missing.d", "", " ", "/dev/null", $"{Side}/a.conf", "/nowhere"));
        if (!_unfinished.Add(name))
            return RelativeTo(_directories.Peek(), $"{Side}/empty.d");
        if (!_others.Keys.Any(key => key.StartsWith(name + "/", StringComparison.Ordinal)))
        {
            _others[$"{name}/dir.conf"] = null;
            string[] files = ["10.conf", "9.conf", "B.conf", "a.conf", ".hidden.conf", "a.conf~", ".conf", "readme", "x.CONF", "-.conf"];
            foreach (string file in files)
                if (Rarely(3))
                    _others[$"{name}/{file}"] = Lines(name, _random.Next(4));
            _others[$"{Side}/empty.d"] = null;
        }
        _unfinished.Remove(name);
        return RelativeTo(_directories.Peek(), name);
    }

    /// <summary>A file that names itself, once in a file set: it ends where the nesting is too deep.</summary>
    private string Loop()
    {
        _mayLoop = false;
        string name = $"{Side}/loop";
        _others[name] = Pick("a,@loop\n", "@loop b\n", "include loop\n", "local all all trust\ninclude loop\n", "local all @loop trust\n",
            "a\nb @\"loop\"\nc\n");
        return name;
    }

    /// <summary>Files that name each other in a row.</summary>
    private string Deep(int depth)
    {
        bool isInclude = _major >= 16 && Rarely(2);
        if (!_others.ContainsKey($"{Side}/deep1"))
            for (int i = 1; i <= depth; i++)
                _others[$"{Side}/deep{i}"] = i == depth ? "local all all trust\n" : isInclude ? $"include deep{i + 1}\n" : $"x{i} @deep{i + 1}\n";
        return $"{Side}/deep1";
    }

    private bool Rarely(int oneIn) => _random.Next(oneIn) == 0;

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
