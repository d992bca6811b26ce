namespace Vaultrice.Grains.StorageObjects;

/// <summary>Why an atomic operation can be refused.</summary>
internal static class AtomicRefusals
{
    public static readonly StorageError NotANumber =
        new(StorageErrorCode.InvalidType, "The item's present value is not a number; set it to a number first.");

    public static readonly StorageError NotAnArray =
        new(StorageErrorCode.InvalidType, "The item's present value is not an array; set it to an array first.");

    public static readonly StorageError NotAnObject =
        new(StorageErrorCode.InvalidType, "The item's present value is not an object; set it to an object first.");

    public static readonly StorageError NotMembers =
        new(StorageErrorCode.InvalidType, "What to merge is not an object; send an object.");

    public static readonly StorageError NoPath =
        new(StorageErrorCode.InvalidType, "The path leads through a value that is neither an object nor an array; set that value first.");

    public static readonly StorageError NotAnIndex =
        new(StorageErrorCode.InvalidType, "The path leads into an array, where only an index such as 0 can follow.");

    public static readonly StorageError IndexPastEnd =
        new(StorageErrorCode.InvalidValue, "The path's index lies past the end of the array; use at most its length, which appends.");

    public static readonly StorageError NotFinite =
        new(StorageErrorCode.InvalidValue, "The result is too large for a number; use a smaller amount.");

    public static readonly StorageError InvalidAmount =
        new(StorageErrorCode.InvalidValue, "The amount is not a number; send a number.");

    public static readonly StorageError TooDeep =
        new(StorageErrorCode.InvalidValue, "The result nests arrays and objects too deep; use a flatter value.");
}
