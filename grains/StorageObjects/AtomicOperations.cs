using Vaultrice.StorageObjects;
namespace Vaultrice.Grains.StorageObjects;
internal static class AtomicOperations { public static StorageResult<ReadOnlyMemory<byte>> Apply(AtomicOperation operation, ReadOnlyMemory<byte>? present, int maxDepth) => throw new NotSupportedException(); }
