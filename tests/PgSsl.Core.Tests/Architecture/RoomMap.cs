using System.CodeDom.Compiler;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace PgSsl.Tests.Architecture;

/// <summary>
/// The room (the folder) that each type of PgSsl.Core lies in, from the paths of the source files in the assembly's embedded symbols:
/// output types have the root namespace, so namespaces do not tell.
/// </summary>
internal sealed class RoomMap
{
    private const string SourceRoot = "/src/PgSsl.Core/";

    private readonly Dictionary<Type, string> _rooms = [];

    private delegate IEnumerable<string> DocumentsOf(Type type, MetadataReader metadata, MetadataReader symbols);

    private RoomMap(Assembly assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly.Location));
        DebugDirectoryEntry entry = image.ReadDebugDirectory().Single(item => item.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using MetadataReaderProvider provider = image.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
        MetadataReader symbols = provider.GetMetadataReader();
        // Where coverage is collected, code that was generated has other symbols.
        Type[] types = [.. assembly.GetTypes().Where(type => !Outermost(type).IsDefined(typeof(GeneratedCodeAttribute)))];
        // Lines go before records: where coverage is collected, the records (of an enum, of a class of iterators) lead to other documents.
        foreach (DocumentsOf documents in (DocumentsOf[])[OfLines, OfRecords])
            foreach (Type type in types)
                if (documents(type, image.GetMetadataReader(), symbols).Select(RoomOf).FirstOrDefault(room => room is not null) is { } room)
                    _rooms.TryAdd(Outermost(type), room);
    }

    /// <summary>Reads the assembly that the type belongs to.</summary>
    public static RoomMap Of(Type type) => new(type.Assembly);

    /// <summary>The rooms that there are.</summary>
    public IEnumerable<string> Rooms => _rooms.Values.Distinct().Order(StringComparer.Ordinal);

    /// <summary>The types whose room is known; nested types count as the outermost type around them.</summary>
    public IEnumerable<Type> Types => _rooms.Keys;

    /// <summary>The room of a type, or null if it is of another assembly or made by the compiler.</summary>
    public string? Find(Type type) => _rooms.GetValueOrDefault(Outermost(type));

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    // The documents of the methods that have lines.
    private static IEnumerable<string> OfLines(Type type, MetadataReader metadata, MetadataReader symbols) =>
        from method in metadata.GetTypeDefinition(Handle(type)).GetMethods()
        let information = symbols.GetMethodDebugInformation(method.ToDebugInformationHandle())
        where !information.Document.IsNil
        select symbols.GetString(symbols.GetDocument(information.Document).Name);

    // A type without a method body (an enum, an interface) has its document in a record of its own, which the compiler adds for that.
    private static IEnumerable<string> OfRecords(Type type, MetadataReader metadata, MetadataReader symbols) =>
        from handle in symbols.GetCustomDebugInformation(Handle(type))
        let record = symbols.GetCustomDebugInformation(handle)
        where symbols.GetGuid(record.Kind) == TypeDefinitionDocuments
        let row = symbols.GetBlobReader(record.Value).ReadCompressedInteger()
        select symbols.GetString(symbols.GetDocument(MetadataTokens.DocumentHandle(row)).Name);

    private static TypeDefinitionHandle Handle(Type type) => (TypeDefinitionHandle)MetadataTokens.EntityHandle(type.MetadataToken);

    // Portable PDB specification, "Type Definition Documents".
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private static string? RoomOf(string document)
    {
        string path = document.Replace('\\', '/');
        int start = path.LastIndexOf(SourceRoot, StringComparison.Ordinal);
        string? room = start < 0 ? null : Path.GetDirectoryName(path[(start + SourceRoot.Length)..])!.Replace('\\', '/');
        return room is null || room.StartsWith("obj/", StringComparison.Ordinal) ? null : room;
    }
}
