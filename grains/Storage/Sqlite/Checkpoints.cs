using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>
/// Moves the write-ahead log into the database file. The bulk goes in the background, beside the writer. Under constant writing
/// that never catches up, and the log would grow for ever: past a bound the writer itself moves the small rest, and the log starts over.
/// </summary>
internal sealed partial class Checkpoints(string file, sqlite3 writer, ILogger logger) : IDisposable
{
    private const int BackgroundAfterPages = 1_000;
    private const int StartOverAfterPages = 16_384;
    private const int WriterBusyTimeoutMs = 5_000;
    private const int StatusPagesWritten = 9;

    /// <summary>How long the writer waits for loads under way, and no longer: an outside reader may stay.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly SqliteConnection background = SqliteDatabase.OpenForCheckpoints(file);
    private Task running = Task.CompletedTask;
    private int pages;
    private volatile bool startOver;

    /// <summary>To be called by the writer's thread between two transactions.</summary>
    public void Step()
    {
        raw.sqlite3_db_status(writer, StatusPagesWritten, out var written, out _, 1);
        pages += written;
        if (pages < BackgroundAfterPages || !running.IsCompleted)
            return;
        pages = 0;
        if (startOver)
            StartOver();
        else
            running = Task.Run(MoveInBackground);
    }

    /// <summary>Moves everything and cuts the log to nothing; to be called by the writer's thread between two transactions.</summary>
    /// <returns>Whether it could be done: a reader may have stayed.</returns>
    public bool CutLog()
    {
        running.Wait();
        return Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE) == raw.SQLITE_OK;
    }

    /// <summary>Waits for the background and moves everything; to be called when nothing is written or read any more.</summary>
    public void Dispose()
    {
        running.Wait();
        background.Dispose();
        Report(raw.sqlite3_wal_checkpoint_v2(writer, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _));
    }

    private void MoveInBackground()
    {
        Report(raw.sqlite3_wal_checkpoint_v2(background.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var logged, out _));
        startOver = logged >= StartOverAfterPages;
    }

    private void StartOver()
    {
        // An outside reader that stays only delays this.
        Checkpoint(raw.SQLITE_CHECKPOINT_RESTART);
        startOver = false;
    }

    private int Checkpoint(int kind)
    {
        raw.sqlite3_busy_timeout(writer, (int)Patience.TotalMilliseconds);
        var result = raw.sqlite3_wal_checkpoint_v2(writer, "main", kind, out _, out _);
        raw.sqlite3_busy_timeout(writer, WriterBusyTimeoutMs);
        Report(result);
        return result;
    }

    private void Report(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
            LogFailed(result);
    }

    [LoggerMessage(LogLevel.Warning, "The write-ahead log could not be moved into the database (SQLite error {Code}); no data is lost, it will be tried again.")]
    private partial void LogFailed(int code);
}
