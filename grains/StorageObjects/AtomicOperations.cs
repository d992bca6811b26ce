using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>
/// Works out the value an atomic operation leaves behind, on raw JSON: whatever the operation does not touch keeps its bytes.
/// </summary>
/// <remarks>
/// A refusal is <see cref="StorageErrorCode.InvalidType"/> when the present value is of another type than the operation
/// changes, and <see cref="StorageErrorCode.InvalidValue"/> when the result cannot be stored. The size of the result is the
/// caller's to check.
/// </remarks>
internal static class AtomicOperations
{
    /// <summary>The whole new value as raw JSON, or the reason why there is none.</summary>
    /// <param name="operation">The operation; its JSON parts are valid.</param>
    /// <param name="present">The present value as raw, valid JSON; null when the item is missing.</param>
    /// <param name="maxDepth">How deep the result may nest arrays and objects; a scalar has depth 0.</param>
    public static StorageResult<ReadOnlyMemory<byte>> Apply(
        AtomicOperation operation, ReadOnlyMemory<byte>? present, int maxDepth) => operation switch
        {
            Increment increment => NumberChange.Apply(increment, present),
            Push push => ArrayChange.Push(push, present, maxDepth),
            Splice splice => ArrayChange.Splice(splice, present, maxDepth),
            Merge merge => MemberMerge.Apply(merge, present, maxDepth),
            SetIn setIn => PathAssignment.Apply(setIn, present, maxDepth),
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
}
