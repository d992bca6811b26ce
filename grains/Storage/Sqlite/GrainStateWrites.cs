using System.Text;
using SQLitePCL;
using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Writes grain states, each under the condition of its etag.</summary>
internal sealed class GrainStateWrites(sqlite3 database, DataKey dataKey, NonceSequence nonces) : IDisposable
{
    private readonly Statement getETag = new(database, "SELECT etag FROM grain_states WHERE key = ?1");
    private readonly Statement put = new(database, "INSERT OR REPLACE INTO grain_states (key, etag, data) VALUES (?1, ?2, ?3)");
    private readonly Statement delete = new(database, "DELETE FROM grain_states WHERE key = ?1");

    /// <returns>The new etag, or null when the expected one is not the present one.</returns>
    public string? Write(string key, byte[] data, string? expectedETag)
    {
        var keyBytes = Encoding.UTF8.GetBytes(key);
        if (PresentETag(keyBytes) != expectedETag)
            return null;
        var etag = Guid.NewGuid().ToString("N");
        var etagBytes = Encoding.UTF8.GetBytes(etag);
        var record = new byte[data.Length + RecordCipher.Overhead];
        using (var cipher = dataKey.ForGrainState(key))
            cipher.Seal(nonces, new() { Kind = RecordKind.GrainState, Name = etagBytes }, data, record);
        put.BindText(1, keyBytes).BindText(2, etagBytes).BindBlob(3, record).Execute();
        return etag;
    }

    /// <returns>False when there is a state and its etag is not the expected one.</returns>
    public bool Delete(string key, string? expectedETag)
    {
        var keyBytes = Encoding.UTF8.GetBytes(key);
        var present = PresentETag(keyBytes);
        if (present is null)
            return true;
        if (present != expectedETag)
            return false;
        delete.BindText(1, keyBytes).Execute();
        return true;
    }

    public void Dispose()
    {
        getETag.Dispose();
        put.Dispose();
        delete.Dispose();
    }

    private string? PresentETag(byte[] key)
    {
        var etag = getETag.BindText(1, key).Step() ? Encoding.UTF8.GetString(getETag.Bytes(0)) : null;
        getETag.Reset();
        return etag;
    }
}
