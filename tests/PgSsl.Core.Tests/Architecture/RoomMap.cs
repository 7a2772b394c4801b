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

    private RoomMap(Assembly assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly.Location));
        DebugDirectoryEntry entry = image.ReadDebugDirectory().Single(item => item.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using MetadataReaderProvider provider = image.ReadEmbeddedPortablePdbDebugDirectoryData(entry);
        MetadataReader symbols = provider.GetMetadataReader();
        // Where coverage is collected, code that was generated has other symbols.
        foreach (Type type in assembly.GetTypes().Where(type => !Outermost(type).IsDefined(typeof(GeneratedCodeAttribute))))
            if (Documents(type, image.GetMetadataReader(), symbols).Select(RoomOf).FirstOrDefault(room => room is not null) is { } room)
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

    // A type without a method body (an enum, an interface) has its document in a record of its own, which the compiler adds for that.
    private static IEnumerable<string> Documents(Type type, MetadataReader metadata, MetadataReader symbols)
    {
        var handle = (TypeDefinitionHandle)MetadataTokens.EntityHandle(type.MetadataToken);
        foreach (MethodDefinitionHandle method in metadata.GetTypeDefinition(handle).GetMethods())
        {
            MethodDebugInformation information = symbols.GetMethodDebugInformation(method.ToDebugInformationHandle());
            if (!information.Document.IsNil)
                yield return symbols.GetString(symbols.GetDocument(information.Document).Name);
        }
        foreach (CustomDebugInformationHandle item in symbols.GetCustomDebugInformation(handle))
        {
            CustomDebugInformation information = symbols.GetCustomDebugInformation(item);
            if (symbols.GetGuid(information.Kind) == TypeDefinitionDocuments)
            {
                BlobReader blob = symbols.GetBlobReader(information.Value);
                yield return symbols.GetString(symbols.GetDocument(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger())).Name);
            }
        }
    }

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
