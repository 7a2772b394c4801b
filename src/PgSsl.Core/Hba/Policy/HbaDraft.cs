using PgSsl.Common;
using PgSsl.Files;

namespace PgSsl.Hba.Policy;

/// <summary>Collects edits of a document.</summary>
internal sealed class HbaDraft(HbaDocument document, IServerFiles files)
{
    private readonly Dictionary<string, List<TextEdit>> _edits = [];

    /// <summary>Adds an edit.</summary>
    public void Add(HbaFile file, TextEdit edit)
    {
        if (!_edits.TryGetValue(file.Path, out List<TextEdit>? edits))
            _edits[file.Path] = edits = [];
        edits.Add(edit);
    }

    /// <summary>The document with all edits.</summary>
    public HbaDocument Apply()
    {
        if (_edits.Count == 0)
            return document;
        Dictionary<string, byte[]> contents = document.Files.ToDictionary(
            file => file.Path, file => _edits.TryGetValue(file.Path, out List<TextEdit>? edits) ? TextEdit.Apply(file.Content, edits) : file.Content);
        return HbaDocument.Read(document.Files[0].Path, document.Dialect, new OverlaidFiles(files, contents));
    }
}
