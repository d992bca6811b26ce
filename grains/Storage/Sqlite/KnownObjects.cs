using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>An object the writer has written lately.</summary>
internal sealed class KnownObject(RecordCipher cipher, byte[] key)
{
    public RecordCipher Cipher => cipher;

    /// <summary>The object's key in UTF-8.</summary>
    public ReadOnlySpan<byte> Key => key;

    /// <summary>Its row, if known.</summary>
    public long? Row { get; set; }

    /// <summary>Its row's next expiry; holds while <see cref="Row"/> is known.</summary>
    public long NextExpiry { get; set; }

    /// <summary>Its row's wrapped keys; holds while <see cref="Row"/> is known.</summary>
    public ReadOnlyMemory<byte> Keys { get; set; }
}

/// <summary>
/// The objects written lately, so that a hot one pays neither for deriving its key nor for finding its row.
/// Two generations: when the younger is full, the older, which nobody asked for since, goes.
/// </summary>
internal sealed class KnownObjects(DataKey dataKey) : IDisposable
{
    private const int GenerationSize = 1024;

    private Dictionary<string, KnownObject> younger = [];
    private Dictionary<string, KnownObject> older = [];

    public KnownObject this[string key]
    {
        get
        {
            if (younger.TryGetValue(key, out var known))
                return known;
            if (!older.Remove(key, out known))
                known = new(dataKey.ForObject(key), System.Text.Encoding.UTF8.GetBytes(key));
            if (younger.Count == GenerationSize)
            {
                DisposeAll(older);
                (younger, older) = (older, younger);
            }
            younger.Add(key, known);
            return known;
        }
    }

    /// <summary>Rows may have changed by other ways than a commit of theirs.</summary>
    public void ForgetRows()
    {
        foreach (var known in younger.Values)
            known.Row = null;
        foreach (var known in older.Values)
            known.Row = null;
    }

    public void Dispose()
    {
        DisposeAll(younger);
        DisposeAll(older);
    }

    private static void DisposeAll(Dictionary<string, KnownObject> generation)
    {
        foreach (var known in generation.Values)
            known.Cipher.Dispose();
        generation.Clear();
    }
}
