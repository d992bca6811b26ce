using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Streams;
using Orleans.TestingHost;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateways;
using Vaultrice.Grains.Streaming;
using Xunit;

namespace Vaultrice.Grains.Tests.Streaming;

/// <summary>Silos with gateway streams, reached over sockets by a client that knows only the gateway's half of them.</summary>
public class StreamCluster : IAsyncLifetime
{
    /// <summary>After which a call without an answer is given up.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    private readonly TestCluster _cluster;

    public StreamCluster() : this(1)
    {
    }

    protected StreamCluster(short silos)
    {
        var builder = new TestClusterBuilder(silos);
        builder.Options.ConnectionTransport = ConnectionTransportType.TcpSocket;
        builder.AddSiloBuilderConfigurator<SiloSide>();
        builder.AddClientBuilderConfigurator<ClientSide>();
        _cluster = builder.Build();
    }

    public TestCluster Cluster => _cluster;

    /// <summary>The client in another process than the silos, as far as the network can tell.</summary>
    public IClusterClient ExternalClient => _cluster.Client;

    /// <summary>The client that lives in a silo's process.</summary>
    public IClusterClient HostedClient(int silo = 0) =>
        ((InProcessSiloHandle)_cluster.Silos[silo]).SiloHost.Services.GetRequiredService<IClusterClient>();

    /// <summary>One more client of the cluster, for a test that means to lose it.</summary>
    public async Task<IHost> StartClientAsync()
    {
        var gateway = _cluster.Silos[0].GatewayAddress.Endpoint;
        var host = new HostBuilder().UseOrleansClient(client => client
            .UseStaticClustering(gateway)
            .Configure<ClusterOptions>(options =>
            {
                options.ClusterId = _cluster.Options.ClusterId;
                options.ServiceId = _cluster.Options.ServiceId;
            })
            .AddGatewayStreams()).Build();
        await host.StartAsync();
        return host;
    }

    public static IAsyncStream<GatewayNotice> StreamOf(IClusterClient client, string gatewayId) =>
        client.GetStreamProvider(StreamNames.Provider).GetStream<GatewayNotice>(StreamId.Create(StreamNames.Gateways, gatewayId));

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private sealed class SiloSide : ISiloConfigurator
    {
        // A stopping silo waits for calls under way, and only time ends those to a client that died.
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder
            .Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout)
            .AddMemoryGrainStorage("PubSubStore")
            .AddGatewayStreams();
    }

    private sealed class ClientSide : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) =>
            clientBuilder.AddGatewayStreams();
    }
}

/// <summary>Two silos.</summary>
public sealed class TwoSilos() : StreamCluster(2);
