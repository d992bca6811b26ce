using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>Read connections, opened as needed up to a bound; they read beside the writer and see what is committed.</summary>
internal sealed class ReaderPool(string file, DataKey dataKey) : IDisposable
{
    private static readonly int Bound = 2 * Environment.ProcessorCount;

    private readonly SemaphoreSlim free = new(Bound);
    private readonly ConcurrentBag<SqliteReader> idle = [];

    /// <summary>Reads off the caller's thread, which is a grain's and must not wait for a disk.</summary>
    public async Task<T> Read<T>(Func<SqliteReader, T> read, CancellationToken cancellationToken)
    {
        await free.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => ReadNow(read), cancellationToken);
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Reading(e);
        }
        finally
        {
            free.Release();
        }
    }

    /// <summary>Waits for reads under way and closes the connections.</summary>
    public void Dispose()
    {
        for (var i = 0; i < Bound; i++)
            free.Wait();
        foreach (var reader in idle)
            reader.Dispose();
    }

    private T ReadNow<T>(Func<SqliteReader, T> read)
    {
        if (!idle.TryTake(out var reader))
            reader = new(file, dataKey);
        var healthy = false;
        try
        {
            var result = read(reader);
            healthy = true;
            return result;
        }
        finally
        {
            if (healthy)
                idle.Add(reader);
            else
                reader.Dispose();
        }
    }
}
