namespace PgSsl.Hba.Policy;

/// <summary>Edits of a document that are being collected, each once, though a file may be included twice.</summary>
internal sealed class HbaDraft(HbaDocument document, IHbaFiles files)
{
    private readonly Dictionary<string, List<HbaEdit>> _edits = [];

    /// <summary>Changes something in a line.</summary>
    public void Edit(HbaLine line, HbaEdit edit) => Add(line.File, edit);

    /// <summary>Changes something between lines.</summary>
    public void Add(HbaFile file, HbaEdit edit)
    {
        if (!_edits.TryGetValue(file.Path, out List<HbaEdit>? edits))
            _edits[file.Path] = edits = [];
        edits.Add(edit);
    }

    /// <summary>The document with all edits made.</summary>
    public HbaDocument Apply()
    {
        if (_edits.Count == 0)
            return document;
        Dictionary<string, byte[]> contents = document.Files.ToDictionary(
            file => file.Path, file => _edits.TryGetValue(file.Path, out List<HbaEdit>? edits) ? HbaEdit.Apply(file.Content, edits) : file.Content);
        return HbaDocument.Read(document.Files[0].Path, document.Dialect, new OverlaidHbaFiles(files, contents));
    }
}
