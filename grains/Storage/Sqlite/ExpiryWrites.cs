using SQLitePCL;

namespace Vaultrice.Grains.Storage.Sqlite;

/// <summary>One portion of a sweep.</summary>
/// <param name="Records">How many records were deleted.</param>
/// <param name="Objects">How many objects were looked at; 0 when none is due.</param>
internal readonly record struct SweepPortion(int Records, int Objects);

/// <summary>Deletes what has expired, and objects that hold nothing any more.</summary>
internal sealed class ExpiryWrites(sqlite3 database, KnownObjects known) : IDisposable
{
    /// <summary>Bounds how long the commits that wait behind a portion have to wait.</summary>
    public const int PortionRecords = 1_000;
    private const int PortionObjects = 100;

    private readonly Statement dueObjects = new(
        database, "SELECT id FROM objects WHERE next_expiry < ?1 ORDER BY next_expiry LIMIT ?2");

    // The items that go may be the ones that carry the object's revision.
    private readonly Statement keepRevision = new(
        database,
        "UPDATE objects SET revision = max(revision, (SELECT coalesce(max(revision), 0) FROM items WHERE object = ?1)) WHERE id = ?1");

    private readonly Statement deleteItems = new(
        database,
        """
        DELETE FROM items WHERE object = ?1 AND name IN
          (SELECT name FROM items WHERE object = ?1 AND expires_at < ?2 LIMIT ?3)
        """);

    private readonly Statement schedule = new(
        database, "UPDATE objects SET next_expiry = (SELECT min(expires_at) FROM items WHERE object = ?1) WHERE id = ?1");

    // A loaded object writes its row again with its next commit.
    private readonly Statement deleteEmpty = new(
        database, "DELETE FROM objects WHERE id = ?1 AND next_expiry IS NULL AND encryption IS NULL RETURNING keys IS NOT NULL");

    private bool hasShredded;

    public SweepPortion Sweep(long expiredBefore)
    {
        var objects = DueObjects(expiredBefore);
        var left = PortionRecords;
        foreach (var id in objects)
        {
            keepRevision.Bind(1, id).Execute();
            left -= deleteItems.Bind(1, id).Bind(2, expiredBefore).Bind(3, left).Execute();
            if (left == 0)
                break;
            schedule.Bind(1, id).Execute();
            hasShredded |= deleteEmpty.Bind(1, id).Step() && deleteEmpty.Number(0) != 0;
            deleteEmpty.Reset();
        }
        if (objects.Count > 0)
            known.ForgetRows();
        return new(PortionRecords - left, objects.Count);
    }

    /// <summary>Whether objects with keys of their own were deleted since this was asked last.</summary>
    public bool TakeShredded()
    {
        var taken = hasShredded;
        hasShredded = false;
        return taken;
    }

    public void Dispose()
    {
        dueObjects.Dispose();
        keepRevision.Dispose();
        deleteItems.Dispose();
        schedule.Dispose();
        deleteEmpty.Dispose();
    }

    private List<long> DueObjects(long expiredBefore)
    {
        List<long> due = [];
        dueObjects.Bind(1, expiredBefore).Bind(2, PortionObjects);
        while (dueObjects.Step())
            due.Add(dueObjects.Number(0));
        dueObjects.Reset();
        return due;
    }
}
