using Vaultrice.Gateway;
using Vaultrice.Gateway.RealTime;

return await HostRunner.Run(args, builder =>
{
    builder.UseOrleansClient(client =>
    {
        // Any clustering that the section Orleans names is set up by Orleans itself.
        if (!builder.Configuration.GetSection("Orleans:Clustering").Exists())
            client.UseLocalhostClustering(builder.Configuration.GetValue("Orleans:Endpoints:GatewayPort", 30000));
        client.AddGatewayStreams();
    });
    builder.AddGateway();
    var app = builder.Build();
    app.UseGateway();
    return app;
});
