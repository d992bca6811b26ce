using SQLitePCL;
using Vaultrice.Grains.Storage.Encryption;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>
/// Commits on their way into the tables. Many small ones that share a transaction are put down as one record, and reach the tables
/// later, object by object: each on its own would write a page or two, of which it changes a few bytes.
/// </summary>
/// <remarks>
/// Invariants: what the tables lack is in the journal, so that nothing is lost when the process ends; the journal's commits can be
/// put into the tables again, all of them in order. Whoever reads the tables, or changes them otherwise, has them settled first.
/// Used by the writer's thread, within its transactions; only <see cref="Holds"/> and <see cref="IsEmpty"/> on any.
/// </remarks>
internal sealed class Journal(sqlite3 database, KnownObjects known, ObjectWrites tables, NonceSequence nonces, TimeProvider time, JournalBounds bounds) : IDisposable
{
    private readonly Statement append = new(database, "INSERT INTO journal (id, commits) VALUES (?1, ?2)");
    private readonly Statement forget = new(database, "DELETE FROM journal WHERE id <= ?1");
    private readonly CommitRecords staged = new(nonces);
    private readonly Lock gate = new();
    private Dictionary<string, PendingObject> collected = new(StringComparer.Ordinal);
    private Dictionary<string, PendingObject> moving = new(StringComparer.Ordinal);
    private Queue<PendingObject> next = [];
    private int collectedRecords;
    private int collectedBytes;
    private long collectedSince;
    private long lastId;
    private long lastMoving;
    private long lastForgotten;

    // What the transaction that is open has done, until it is known whether it is durable.
    private readonly List<PendingObject> moved = [];
    private byte[]? appended;
    private long forgotten;
    private bool isSettled;

    /// <summary>Whether the tables lack nothing.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
                return collected.Count == 0 && moving.Count == 0 && lastForgotten == lastId;
        }
    }

    /// <summary>Whether the tables may lack something of an object.</summary>
    public bool Holds(string key)
    {
        lock (gate)
            return collected.ContainsKey(key) || moving.ContainsKey(key);
    }

    /// <summary>Takes up what a process before has left, and settles.</summary>
    /// <exception cref="FormatException">It was altered.</exception>
    public void Recover()
    {
        using var all = new Statement(database, "SELECT id, commits FROM journal ORDER BY id");
        while (all.Step())
        {
            PendingObject.Add(all.Bytes(1).ToArray(), collected);
            lastId = all.Number(0);
        }
        Settle();
    }

    /// <summary>Takes a commit; it is stored with the transaction.</summary>
    public void Commit(string key, ObjectCommit commit) => staged.Add(known[key], commit);

    /// <summary>Puts everything into the tables.</summary>
    public void Settle()
    {
        if (IsEmpty)
            return;
        Move(int.MaxValue);
        foreach (var pending in collected.Values)
            tables.Put(pending);
        Forget(lastId);
        isSettled = true;
    }

    /// <summary>Stores what the transaction has taken, and moves a portion on. To be called last in it.</summary>
    public void Complete()
    {
        var count = staged.Count;
        if (!staged.Bytes.IsEmpty)
            Store();
        if (isSettled || IsEmpty)
            return;
        if (next.Count == 0 && lastForgotten >= lastMoving && IsFull)
            MoveOn();
        if (next.Count > 0)
            Move(Math.Max(2 * count, bounds.Portion));
        else
            // With so many rows that as much has come again, collecting must not go on until they have gone one by one.
            Forget(IsFull ? lastMoving : Math.Min(lastForgotten + bounds.ForgottenAtOnce, lastMoving));
    }

    /// <summary>The transaction is durable.</summary>
    public void Committed()
    {
        lock (gate)
        {
            lastForgotten = forgotten;
            if (isSettled)
            {
                collected.Clear();
                collectedRecords = collectedBytes = 0;
            }
            if (next.Count == 0)
                moving.Clear();
            if (appended is not null)
            {
                if (collected.Count == 0)
                    collectedSince = time.GetTimestamp();
                collectedRecords += PendingObject.Add(appended, collected);
                collectedBytes += appended.Length;
                lastId++;
            }
        }
        Begin();
    }

    /// <summary>The transaction failed: nothing of it has happened.</summary>
    public void RolledBack()
    {
        staged.Clear();
        if (moved.Count > 0)
            next = new(moved.Concat(next));
        Begin();
    }

    public void Dispose()
    {
        append.Dispose();
        forget.Dispose();
    }

    private void Begin()
    {
        moved.Clear();
        appended = null;
        forgotten = lastForgotten;
        isSettled = false;
    }

    private void Store()
    {
        if (staged.Bytes.Length <= (long)bounds.LargeRecord * Math.Max(1, staged.Count) && (staged.Count >= bounds.FromRecords || !IsEmpty))
        {
            appended = staged.Bytes.ToArray();
            append.Bind(1, lastId + 1).BindBlob(2, appended).Execute();
        }
        else
        {
            Settle();
            var objects = new Dictionary<string, PendingObject>(StringComparer.Ordinal);
            PendingObject.Add(staged.Bytes, objects);
            foreach (var pending in objects.Values)
                tables.Put(pending);
        }
        staged.Clear();
    }

    private bool IsFull =>
        collectedRecords >= bounds.FullRecords || collectedBytes >= bounds.FullBytes
        || (collectedRecords > 0 && time.GetElapsedTime(collectedSince) >= bounds.FullAfter);

    /// <summary>What is collected begins to move, and collecting begins anew.</summary>
    private void MoveOn()
    {
        lock (gate)
            (collected, moving) = (moving, collected);
        next = new(moving.Values);
        lastMoving = lastId;
        collectedRecords = collectedBytes = 0;
    }

    private void Move(int records)
    {
        while (records > 0 && next.TryDequeue(out var pending))
        {
            // Noted first: should it fail in the middle, it comes back too.
            moved.Add(pending);
            tables.Put(pending);
            records -= pending.Items.Count;
        }
    }

    private void Forget(long id)
    {
        if (id > forgotten)
            forget.Bind(1, forgotten = id).Execute();
    }
}

/// <summary>What goes by the journal, and how it moves on.</summary>
internal sealed record JournalBounds
{
    /// <summary>Fewer records than these go straight into the tables, if nothing waits that they would have to stand behind.</summary>
    public int FromRecords { get; init; } = 8;

    /// <summary>Larger records than so many bytes, on average, do so too: they fill pages by themselves.</summary>
    public int LargeRecord { get; init; } = 2048;

    /// <summary>So many records, or <see cref="FullBytes"/>, are collected before they move on; what is written again until then moves once.</summary>
    public int FullRecords { get; init; } = 16 * 1024;

    public int FullBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>For so long at most.</summary>
    public TimeSpan FullAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>With a transaction twice as many move on as have come, at least these, so that all have before as many have come again.</summary>
    public int Portion { get; init; } = 64;

    /// <summary>Then so many of the journal's rows go with each: what is deleted is overwritten, and nobody shall wait for all of it.</summary>
    public int ForgottenAtOnce { get; init; } = 4;
}
