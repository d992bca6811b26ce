using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>
/// Commits as bytes, one after the other behind the version of their form (1 byte), their values sealed. Numbers are little-endian; bytes follow their count (4 bytes); what
/// may be missing follows a byte that is 1 or 0. A commit: key, revision, next expiry, (encryption settings), wrapped keys, count of
/// records; a record: name, revision, expiry, (created, updated, (key version), value).
/// </summary>
internal sealed class CommitRecords(NonceSequence nonces)
{
    private const byte Version = 1;
    private const int Buffer = 64 * 1024;
    private const int KeptBuffer = 1024 * 1024;

    private ArrayBufferWriter<byte> bytes = new(Buffer);

    /// <summary>How many records the commits have.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes, until they are cleared.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes.WrittenMemory;

    /// <summary>Adds a commit, and seals its values.</summary>
    public void Add(KnownObject known, ObjectCommit commit)
    {
        if (bytes.WrittenCount == 0)
            bytes.Write([Version]);
        Write(known.Key);
        Write(commit.Revision);
        Write(commit.NextExpiry);
        Write(commit.Encryption is not null);
        if (commit.Encryption is not null)
            WriteSealed(known, EncryptionRecord.Binding, EncryptionRecord.Write(commit.Encryption));
        Write(commit.Keys.Span);
        Write(commit.Records.Count);
        foreach (var record in commit.Records)
            Write(known, record);
        Count += commit.Records.Count;
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        if (bytes.Capacity > KeptBuffer)
            bytes = new(Buffer);
        bytes.ResetWrittenCount();
        Count = 0;
    }

    private void Write(KnownObject known, in ItemRecord record)
    {
        var size = Encoding.UTF8.GetByteCount(record.Name);
        Write(size);
        var name = bytes.GetSpan(size)[..size];
        Encoding.UTF8.GetBytes(record.Name, name);
        bytes.Advance(size);
        Write(record.Revision);
        Write(record.ExpiresAt);
        Write(record.Item is not null);
        if (record.Item is not { } item)
            return;
        Write(item.CreatedAt);
        Write(item.UpdatedAt);
        Write(item.KeyVersion is not null);
        if (item.KeyVersion is { } version)
            Write(version);
        var binding = new RecordBinding
        {
            Kind = RecordKind.Item,
            Name = name,
            Revision = record.Revision,
            ExpiresAt = record.ExpiresAt,
            CreatedAt = item.CreatedAt,
            UpdatedAt = item.UpdatedAt,
            KeyVersion = item.KeyVersion,
        };
        WriteSealed(known, binding, item.Value.Span);
    }

    private void WriteSealed(KnownObject known, in RecordBinding binding, ReadOnlySpan<byte> plain)
    {
        var size = plain.Length + RecordCipher.Overhead;
        Write(size);
        known.Cipher.Seal(nonces, binding, plain, bytes.GetSpan(size)[..size]);
        bytes.Advance(size);
    }

    private void Write(ReadOnlySpan<byte> counted)
    {
        Write(counted.Length);
        bytes.Write(counted);
    }

    private void Write(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes.GetSpan(sizeof(long)), number);
        bytes.Advance(sizeof(long));
    }

    private void Write(int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(sizeof(int)), number);
        bytes.Advance(sizeof(int));
    }

    private void Write(bool flag)
    {
        bytes.GetSpan(1)[0] = flag ? (byte)1 : (byte)0;
        bytes.Advance(1);
    }

    /// <summary>Reads commits; what it hands out lies in their bytes.</summary>
    public ref struct Reader
    {
        private ReadOnlyMemory<byte> rest;

        /// <exception cref="FormatException">They have another form.</exception>
        public Reader(ReadOnlyMemory<byte> commits)
        {
            rest = commits;
            if (Take(1).Span[0] != Version)
                throw new FormatException("The commits have a form that is not known.");
        }

        public readonly bool IsAtEnd => rest.IsEmpty;

        public ReadOnlyMemory<byte> Bytes() => Take(Count());

        public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

        public int Count() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

        public bool Flag() => Take(1).Span[0] != 0;

        private ReadOnlyMemory<byte> Take(int count)
        {
            if ((uint)count > (uint)rest.Length)
                throw new FormatException("A commit ends too early.");
            var taken = rest[..count];
            rest = rest[count..];
            return taken;
        }
    }
}
