namespace Vaultrice.Gateway.Http;

/// <summary>Why a request body or a frame can be refused.</summary>
internal static class BodyErrors
{
    public static readonly StorageError Malformed = new(
        StorageErrorCode.InvalidJson, "This is not JSON; send exactly one JSON value, in UTF-8 without byte order mark or comments.");

    public static readonly StorageError DuplicateMember =
        new(StorageErrorCode.InvalidJson, "An object has two members of the same name; send each name once.");

    public static readonly StorageError BrokenMemberName =
        new(StorageErrorCode.InvalidJson, "The name of a member is not valid Unicode; send no half of a surrogate pair in it.");

    public static readonly StorageError InvalidText =
        new(StorageErrorCode.InvalidJson, "The text is not valid UTF-8; encode it as UTF-8.");

    public static readonly StorageError TooDeep =
        new(StorageErrorCode.InvalidValue, "The value nests arrays and objects too deep; send a flatter value.");

    public static readonly StorageError ItemTooLarge =
        new(StorageErrorCode.ItemTooLarge, "The value is larger than an item may be; send a smaller value or spread it over several items.");

    public static readonly StorageError MessageTooLarge =
        new(StorageErrorCode.MessageTooLarge, "The payload is larger than a message may be; send a smaller one.");

    public static readonly StorageError PresenceTooLarge =
        new(StorageErrorCode.PresenceTooLarge, "The payload is larger than presence data may be; join with less data.");

    public static readonly StorageError NotAnObject =
        new(StorageErrorCode.InvalidArgument, "This call takes a JSON object; send one.");

    public static readonly StorageError NotNames =
        new(StorageErrorCode.InvalidArgument, "This call takes a JSON array of item names; send an array of strings.");

    public static readonly StorageError NoItems =
        new(StorageErrorCode.InvalidArgument, "There is no item to set; send at least one.");

    public static readonly StorageError NotAWrite =
        new(StorageErrorCode.InvalidArgument, "An item to set is not an object; send {\"value\": …} under each name.");

    public static readonly StorageError InvalidName =
        new(StorageErrorCode.InvalidName, "An item name must have 1 to 1,024 bytes, no control characters and no segment '.' or '..'; choose another name.");

    public static readonly StorageError NoValue =
        new(StorageErrorCode.InvalidValue, "The member 'value' is missing; send one, null if that is meant.");

    public static readonly StorageError InvalidTtl =
        new(StorageErrorCode.InvalidTtl, "The member 'ttl' must be a number of milliseconds from 1 to 8.6e15; send such a number or leave it out.");

    public static readonly StorageError InvalidUpdatedAt =
        new(StorageErrorCode.InvalidArgument, "The member 'updatedAt' must be a whole number of milliseconds; send the item's updatedAt or leave it out.");

    public static readonly StorageError InvalidIfAbsent =
        new(StorageErrorCode.InvalidArgument, "The member 'ifAbsent' must be true or false; send one of them or leave it out.");

    public static readonly StorageError AmountNotANumber =
        new(StorageErrorCode.InvalidType, "The member 'value' must be the number to add or subtract; send a number.");

    public static readonly StorageError MembersNotAnObject =
        new(StorageErrorCode.InvalidType, "The member 'value' must be the object to merge; send an object.");

    public static readonly StorageError InvalidStartIndex =
        new(StorageErrorCode.InvalidArgument, "The member 'startIndex' must be a number; send one.");

    public static readonly StorageError InvalidDeleteCount =
        new(StorageErrorCode.InvalidArgument, "The member 'deleteCount' must be a number; send one, or leave it out to remove everything to the end.");

    public static readonly StorageError InvalidItems =
        new(StorageErrorCode.InvalidArgument, "The member 'items' must be an array; send one or leave it out.");

    public static readonly StorageError InvalidPath = new(
        StorageErrorCode.InvalidArgument,
        "The member 'path' must be a string such as \"a.b.0\" or an array of names and indices, not empty, not deeper than a value may be, each part at most 1,024 bytes.");

    public static readonly StorageError UnknownOperation =
        new(StorageErrorCode.UnknownRoute, "There is no such operation; use increment, decrement, push, splice, merge or set-in.");

    public static readonly StorageError InvalidSaltLength =
        new(StorageErrorCode.InvalidArgument, "The member 'saltLength' must be a whole number from 1 to 1,024; send one or leave it out.");

    public static readonly StorageError InvalidEvent =
        new(StorageErrorCode.InvalidArgument, "The member 'event' must be a string; send the event's name.");

    public static readonly StorageError InvalidConnectionId =
        new(StorageErrorCode.InvalidArgument, "The member 'connectionId' must be a string; send the id that was given to this client.");

    public static readonly StorageError InvalidKeyVersion =
        new(StorageErrorCode.InvalidArgument, "The member 'keyVersion' must be a whole number, 0 or more; send one or leave it out.");
}
