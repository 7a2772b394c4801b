namespace PgSsl.Hosting;

/// <summary>
/// Keeps the memory of a long run small. By itself the garbage collector lets generation 0 grow to the size of the processor's cache before
/// it collects: hundreds of megabytes on a large server, and every certificate in it holds native memory besides. Runbook sandboxes are
/// ended for less. So this collects the young generation every few megabytes, which takes a millisecond each time.
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
