namespace PgSsl.Hosting;

/// <summary>
/// Keeps a long run's memory as small as its work. By itself the garbage collector lets a generation 0 grow to the size of the
/// processor's cache before it collects, hundreds of megabytes on a large server, and every certificate in it holds native memory
/// besides; runbook sandboxes are ended for less. So this collects the young generation every few megabytes: a millisecond each.
/// </summary>
internal sealed class MemoryBound
{
    private const long BytesBetweenCollections = 16 << 20;

    private long _allocatedAtCollection = GC.GetTotalAllocatedBytes();

    /// <summary>Collects if enough has been allocated since the last time.</summary>
    public void Check()
    {
        if (GC.GetTotalAllocatedBytes() - _allocatedAtCollection < BytesBetweenCollections)
            return;
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        _allocatedAtCollection = GC.GetTotalAllocatedBytes();
    }
}
