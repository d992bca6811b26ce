using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Vaultrice.StorageObjects;
using Xunit;

namespace Vaultrice.Grains.Tests.StorageObjects;

[Collection(ObjectClusterTests.Name)]
public sealed class ObjectMetricsTests(ObjectCluster cluster)
{
    [Fact]
    public async Task Operations_are_counted_by_kind_and_result()
    {
        var counted = new ConcurrentBag<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Meter.Name: "Vaultrice", Name: "vaultrice.object.operations" })
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add(string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
        listener.Start();

        var target = cluster.NewObject();
        await target.Set("a", "\"text\"");
        await target.Grain.Apply("a", new Push(TestObject.Json("1"), null, null));
        Assert.Contains("kind=set result=ok", counted);
        Assert.Contains("kind=atomic result=InvalidType", counted);
    }

    [Fact]
    public async Task A_commit_is_a_span_that_holds_no_names_and_no_values()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Vaultrice",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);

        await cluster.NewObject().Set("secret-name", "\"secret-value\"");
        Assert.Contains(spans, span => span.OperationName == "vaultrice.object.commit");
        Assert.DoesNotContain(spans, span => span.TagObjects.Any(tag => tag.Value?.ToString()?.Contains("secret", StringComparison.Ordinal) == true));
    }
}
