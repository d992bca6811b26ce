using System.ComponentModel.DataAnnotations;

namespace Vaultrice.Gateway.RealTime;

/// <summary>How sockets are treated; section <c>Sockets</c> of the configuration.</summary>
internal sealed class SocketOptions
{
    public const string Section = "Sockets";

    /// <summary>How long the first frame may take before the server greets without it. Default: 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan GreetAfter { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>After how long without a word a peer is pinged. Default: 25 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PingAfter { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a peer may take to answer a ping. Default: 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PongWithin { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a peer may take to finish a frame or message it began. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FinishWithin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes may wait for a slow socket before it is closed. Default: 1,048,576 (1 MiB).</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int QueueBytes { get; set; } = 1024 * 1024;

    /// <summary>How long a refused socket is held at least before it is closed; up to twice that, at random. Default: 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RefusalHold { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a gateway renews its subscription to an object. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(30);
}
