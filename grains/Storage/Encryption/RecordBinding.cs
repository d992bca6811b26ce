using System.Buffers.Binary;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>What a record may stand for; part of what its encryption is bound to.</summary>
internal enum RecordKind : byte
{
    Item = 1,
    EncryptionSettings = 2,
    GrainState = 3,
    SealedItem = 4,
}

/// <summary>Everything that stands beside an encrypted value: moved elsewhere, or with any of it altered, the value no longer opens.</summary>
internal readonly ref struct RecordBinding
{
    private const int FixedSize = 1 + sizeof(int) + sizeof(int) + (4 * sizeof(long)) + 1 + sizeof(int);

    public required RecordKind Kind { get; init; }

    public ReadOnlySpan<byte> Name { get; init; }

    public long Revision { get; init; }

    public long ExpiresAt { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public int? KeyVersion { get; init; }

    public int SizeWith(ReadOnlySpan<byte> scope) => FixedSize + scope.Length + Name.Length;

    /// <summary>Writes it so that no two bindings give the same bytes: what varies in length comes after its length.</summary>
    public void Write(ReadOnlySpan<byte> scope, Span<byte> destination)
    {
        destination[0] = (byte)Kind;
        var rest = WriteCounted(scope, destination[1..]);
        rest = WriteCounted(Name, rest);
        rest = WriteNumber(Revision, rest);
        rest = WriteNumber(ExpiresAt, rest);
        rest = WriteNumber(CreatedAt, rest);
        rest = WriteNumber(UpdatedAt, rest);
        rest[0] = KeyVersion is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt32BigEndian(rest[1..], KeyVersion ?? 0);
    }

    private static Span<byte> WriteCounted(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, bytes.Length);
        bytes.CopyTo(destination[sizeof(int)..]);
        return destination[(sizeof(int) + bytes.Length)..];
    }

    private static Span<byte> WriteNumber(long number, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, number);
        return destination[sizeof(long)..];
    }
}
