using Vaultrice.Projects;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>What the settings of a class make of its objects, also of those already in use.</summary>
[Collection(ObjectClusterTests.Name)]
public sealed class ClassSettingsTests(ObjectCluster cluster)
{
    private const string Ciphertext = "\"{\\\"iv\\\":\\\"AA==\\\",\\\"data\\\":\\\"AA==\\\"}\"";

    private readonly string _project = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task An_item_lives_as_long_as_its_class_says_and_no_longer_than_it_allows()
    {
        var @object = await With(new() { Ttl = new(Default: 5_000, Max: 20_000) });
        Assert.Equal(5_000, await TtlOf(@object, null));
        Assert.Equal(6_000, await TtlOf(@object, 6_000));
        Assert.Equal(20_000, await TtlOf(@object, 20_000));
        Assert.Equal(20_000, await TtlOf(@object, 20_001));
        await Put(new() { Ttl = new(Default: null, Max: 10_000) });
        Assert.Equal(10_000, await TtlOf(@object, null));
        await Put(null);
        Assert.Equal(3_600_000, await TtlOf(@object, null));
        Assert.Equal(9_000_000, await TtlOf(@object, 9_000_000));
    }

    [Fact]
    public async Task Limits_of_a_class_hold_just_at_their_bounds()
    {
        var @object = await With(new() { Limits = new(ItemBytes: 10, ObjectBytes: 30, ObjectItems: 3, MessageBytes: 8, PresenceBytes: 6, ObjectConnections: 1) });
        Assert.Null(await Refused(@object, "a", 10));
        Assert.Equal(StorageErrorCode.ItemTooLarge, await Refused(@object, "a", 11));
        Assert.Null(await Refused(@object, "b", 10));
        Assert.Equal(StorageErrorCode.ObjectTooLarge, await Refused(@object, "c", 8));
        Assert.Null(await Refused(@object, "c", 7));
        Assert.Equal(StorageErrorCode.TooManyItems, await Refused(@object, "d", 2));

        Assert.Null(await @object.Grain.Send(Message(Value(8))));
        Assert.Equal(StorageErrorCode.MessageTooLarge, (await @object.Grain.Send(Message(Value(9))))?.Code);
        var gateway = await cluster.NewGateway();
        var connection = await gateway.Connect(@object);
        Assert.Equal(StorageErrorCode.TooManyConnections, (await @object.Grain.Connect(new(gateway.Id, "p", null))).Error?.Code);
        Assert.Equal(StorageErrorCode.PresenceTooLarge, (await @object.Grain.Join(connection.ConnectionId, TestObject.Json(Value(7)), null)).Error?.Code);
        Assert.True((await @object.Grain.Join(connection.ConnectionId, TestObject.Json(Value(6)), null)).Succeeded);
    }

    [Fact]
    public async Task A_class_can_only_lower_the_limits_of_the_server()
    {
        var @object = await With(new() { Limits = new(ItemBytes: int.MaxValue, ObjectBytes: int.MaxValue, ObjectItems: int.MaxValue) });
        Assert.Null(await Refused(@object, "a", ObjectCluster.MaxItemBytes));
        Assert.Equal(StorageErrorCode.ItemTooLarge, await Refused(@object, "a", ObjectCluster.MaxItemBytes + 1));
    }

    [Fact]
    public async Task A_change_acts_on_an_object_in_use_without_starting_it_anew()
    {
        await Put(null);
        var @object = cluster.NewObject(_project, "class");
        var other = cluster.NewObject(_project, "other");
        var gateway = await cluster.NewGateway();
        var before = (await gateway.Connect(@object)).Position.Epoch;
        Assert.Null(await Refused(@object, "a", 11));
        await Put(new() { Limits = new(ItemBytes: 10) });
        Assert.Equal(StorageErrorCode.ItemTooLarge, await Refused(@object, "a", 11));
        Assert.Null(await Refused(other, "a", 11));
        await Put(new() { Limits = new(ItemBytes: 11) });
        Assert.Null(await Refused(@object, "a", 11));
        Assert.Equal(before, (await gateway.Connect(@object)).Position.Epoch);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(600_000)]
    public async Task A_lost_connection_can_be_resumed_for_as_long_as_its_class_says(long window)
    {
        var @object = await With(new() { ResumeWindow = window });
        var gateway = await cluster.NewGateway();
        await gateway.Connect(@object);
        var (early, late) = (await gateway.Connect(@object), await gateway.Connect(@object));
        await Lose(@object, early);
        await Lose(@object, late);
        cluster.Advance(TimeSpan.FromMilliseconds(window - 1));
        Assert.True((await gateway.Connect(@object, resume: early.ConnectionId)).Resumed);
        cluster.Advance(TimeSpan.FromMilliseconds(200));
        await @object.TakenUp();
        Assert.False((await gateway.Connect(@object, resume: late.ConnectionId)).Resumed);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(60_000)]
    public async Task Who_is_lost_without_goodbye_stays_present_for_as_long_as_the_class_says(long grace)
    {
        var @object = await With(new() { PresenceGrace = grace });
        var gateway = await cluster.NewGateway();
        var connection = await gateway.Connect(@object);
        Assert.True((await @object.Grain.Join(connection.ConnectionId, TestObject.Json("1"), null)).Succeeded);
        await Lose(@object, connection);
        cluster.Advance(TimeSpan.FromMilliseconds(grace - 1));
        Assert.Single(await @object.Grain.GetPresence());
        cluster.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(await @object.Grain.GetPresence());
    }

    [Fact]
    public async Task Of_too_many_lost_connections_that_are_present_the_longest_lost_leaves_and_then_is_forgotten()
    {
        var @object = await With(new() { Limits = new(ObjectConnections: 2), PresenceGrace = 600_000, ResumeWindow = 600_000 });
        var gateway = await cluster.NewGateway();
        await gateway.Connect(@object);
        List<ConnectionGrant> lost = [];
        for (var i = 0; i < 5; i++)
            lost.Add(await LosePresent(@object, gateway, $"{i}"));
        Assert.Equal(["3", "4"], (await @object.Grain.GetPresence()).Select(joined => TestObject.Text(joined.Data)).Order(StringComparer.Ordinal));
        var heard = await gateway.Hears(@object, 8);
        Assert.Equal(["0", "1", "2"], heard.Where(told => told.StartsWith("left ", StringComparison.Ordinal)).Select(told => told[^1..]));

        var absent = await gateway.Connect(@object, resume: lost[1].ConnectionId);
        Assert.Equal((true, null), (absent.Resumed, absent.Joined));
        await Lose(@object, absent);
        Assert.False((await gateway.Connect(@object, resume: lost[0].ConnectionId)).Resumed);
    }

    [Fact]
    public async Task Lost_connections_that_are_present_and_those_that_are_not_take_no_places_from_each_other()
    {
        var @object = await With(new() { Limits = new(ObjectConnections: 2), PresenceGrace = 600_000, ResumeWindow = 600_000 });
        var gateway = await cluster.NewGateway();
        var absent = await gateway.Connect(@object);
        await Lose(@object, absent);
        var present = await LosePresent(@object, gateway, "1");
        await LosePresent(@object, gateway, "2");
        absent = await gateway.Connect(@object, resume: absent.ConnectionId);
        Assert.True(absent.Resumed);
        for (var i = 0; i < 3; i++)
        {
            await Lose(@object, absent);
            absent = await gateway.Connect(@object);
        }
        Assert.NotNull((await gateway.Connect(@object, resume: present.ConnectionId)).Joined);
    }

    [Fact]
    public async Task Where_encryption_is_required_nothing_plain_is_taken()
    {
        var @object = await With(new() { Encryption = new(AdditionalAtRest: false, Required: true) });
        await @object.Grain.GetEncryption(null, true);
        var gateway = await cluster.NewGateway();
        var connection = (await gateway.Connect(@object)).ConnectionId;
        var message = new MessageSent(TestObject.Json(Ciphertext), 0, null);

        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Try("a", "1")).Error?.Code);
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Try("a", Ciphertext)).Error?.Code);
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Try("a", "{\"plain\":1}", keyVersion: 0)).Error?.Code);
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Grain.Apply("a", new Increment(TestObject.Json("1"), false, null, null))).Error?.Code);
        var many = await @object.Grain.SetMany([new("a", Write(Ciphertext, 0)), new("b", Write("1", null))]);
        Assert.Equal((StorageErrorCode.EncryptionRequired, "b"), (many.Error!.Code, Assert.Single(many.Error.Items)));
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Grain.Send(message with { KeyVersion = null }))?.Code);
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Grain.Send(message with { Payload = TestObject.Json("{}") }))?.Code);
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Grain.Join(connection, TestObject.Json("{\"name\":\"x\"}"), null)).Error?.Code);
        Assert.Empty(await @object.All());
        Assert.Empty(await @object.Grain.GetPresence());

        Assert.True((await @object.Try("a", Ciphertext, keyVersion: 0)).Succeeded);
        Assert.True((await @object.Grain.SetMany([new("b", Write(Ciphertext, 0))])).Succeeded);
        Assert.Null(await @object.Grain.Send(message));
        Assert.True((await @object.Grain.Join(connection, TestObject.Json(Ciphertext), 0)).Succeeded);
    }

    [Fact]
    public async Task Plain_items_from_before_stay_readable_and_removable_when_encryption_becomes_required()
    {
        await Put(null);
        var @object = cluster.NewObject(_project, "class");
        await @object.Set("a", "1");
        await Put(new() { Encryption = new(AdditionalAtRest: false, Required: true) });
        Assert.Equal("1", await @object.Get("a"));
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Try("a", "2", ifAbsent: true)).Error?.Code);
        await @object.Remove("a");
        Assert.Null(await @object.Get("a"));
    }

    [Fact]
    public async Task The_first_operation_after_a_change_is_held_to_it_though_the_silo_has_to_ask_for_it()
    {
        await Put(null);
        var @object = cluster.NewObject(_project, "class");
        var gateway = await cluster.NewGateway();
        var connection = (await gateway.Connect(@object)).ConnectionId;
        Func<Task<StorageErrorCode?>>[] operations =
        [
            async () => (await @object.Try("a", "1")).Error?.Code,
            async () => (await @object.Grain.SetMany([new("a", Write("1", null))])).Error?.Code,
            async () => (await @object.Grain.Apply("a", new Increment(TestObject.Json("1"), false, null, null))).Error?.Code,
            async () => (await @object.Grain.Send(Message("1")))?.Code,
            async () => (await @object.Grain.Join(connection, TestObject.Json("1"), null)).Error?.Code,
        ];
        foreach (var operation in operations)
        {
            await cluster.PutClass(_project, "class", null);
            Assert.Null(await operation());
            await cluster.PutClass(_project, "class", new() { Encryption = new(AdditionalAtRest: false, Required: true) }, isAtHand: false);
            Assert.Equal(StorageErrorCode.EncryptionRequired, await operation());
        }
    }

    [Fact]
    public async Task A_deleted_project_leaves_its_objects_the_rules_they_had()
    {
        var @object = await With(new() { Encryption = new(AdditionalAtRest: true, Required: true) });
        await @object.Grain.GetEncryption(null, mayMake: true);
        await cluster.Delete(_project);
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Try("a", "1")).Error?.Code);
    }

    [Fact]
    public async Task What_is_first_used_when_its_project_is_gone_lets_nothing_in_and_can_be_deleted()
    {
        await Put(new() { Encryption = new(AdditionalAtRest: true, Required: true) });
        await cluster.Delete(_project);
        foreach (var @object in new[] { cluster.NewObject(_project, "class"), cluster.NewObject(_project, "other"), cluster.NewObject("never-made", "class") })
        {
            foreach (var operation in LettingIn(@object, "no-connection"))
                await Assert.ThrowsAsync<ObjectStoreException>(operation);
            Assert.Empty(await @object.All());
            await @object.Grain.Destroy();
            Assert.Empty((await @object.Stored()).Records);
            Assert.Null((await @object.Stored()).Encryption);
        }
    }

    [Fact]
    public async Task While_changed_settings_cannot_be_had_nothing_is_let_in_and_what_is_there_can_be_read_and_removed()
    {
        await Put(null);
        var @object = cluster.NewObject(_project, "class");
        var gateway = await cluster.NewGateway();
        var connection = (await gateway.Connect(@object)).ConnectionId;
        await @object.Set("a", "1");
        await @object.Set("b", "2");
        await cluster.PutClass(_project, "class", new() { Encryption = new(AdditionalAtRest: false, Required: true) }, isAtHand: false);
        cluster.SettingsAreAway = true;
        try
        {
            foreach (var operation in LettingIn(@object, connection))
                await Assert.ThrowsAsync<ObjectStoreException>(operation);
            await @object.Remove("b");
            Assert.Equal(["a=1"], await @object.All());
        }
        finally
        {
            cluster.SettingsAreAway = false;
        }
        Assert.Equal(StorageErrorCode.EncryptionRequired, (await @object.Try("a", "2")).Error?.Code);
        Assert.Equal(["a=1"], await @object.All());
    }

    /// <summary>Everything that a class's rules decide about.</summary>
    private static Func<Task>[] LettingIn(TestObject @object, string connectionId) =>
    [
        () => @object.Try("a", "1"),
        () => @object.Grain.SetMany([new("a", Write("1", null))]).AsTask(),
        () => @object.Grain.Apply("a", new Increment(TestObject.Json("1"), false, null, null)).AsTask(),
        () => @object.Grain.Send(Message("1")),
        () => @object.Grain.Join(connectionId, TestObject.Json("1"), null),
        () => @object.Grain.GetEncryption(null, mayMake: true),
        () => @object.Grain.RotateEncryption(null),
        () => @object.Grain.Connect(new("gateway", "p", null)),
    ];

    private async Task<TestObject> With(ClassSettings settings)
    {
        await Put(settings);
        return cluster.NewObject(_project, "class");
    }

    private Task Put(ClassSettings? settings) => cluster.PutClass(_project, "class", settings);

    private async Task<long> TtlOf(TestObject @object, long? ttl)
    {
        var now = cluster.Now;
        return (await @object.Set("a", "1", ttl)).ExpiresAt - now;
    }

    private static async Task<StorageErrorCode?> Refused(TestObject @object, string name, int bytes) => (await @object.Try(name, Value(bytes))).Error?.Code;

    private static async Task<ConnectionGrant> LosePresent(TestObject @object, TestGateway gateway, string data)
    {
        var connection = await gateway.Connect(@object);
        Assert.True((await @object.Grain.Join(connection.ConnectionId, TestObject.Json(data), null)).Succeeded);
        await Lose(@object, connection);
        return connection;
    }

    private static Task Lose(TestObject @object, ConnectionGrant grant) =>
        @object.Grain.Disconnect(grant.ConnectionId, grant.Attachment, default, closedByPeer: false);

    private static MessageSent Message(string payload) => new(TestObject.Json(payload), null, null);

    private static ItemWrite Write(string value, int? keyVersion) => new(TestObject.Json(value), null, false, null, keyVersion);

    /// <summary>JSON of just so many bytes.</summary>
    private static string Value(int bytes) => $"\"{new string('v', bytes - 2)}\"";
}
