using Vaultrice.Gateway;
using Vaultrice.Silo;

return await HostRunner.Run(args, builder =>
{
    var roles = builder.Configuration.GetRoles();
    builder.AddSilo(roles);
    if (roles.HasFlag(Roles.Gateway))
        builder.AddGateway();
    else
        builder.AddHealth();
    var app = builder.Build();
    if (roles.HasFlag(Roles.Gateway))
        app.UseGateway();
    else
        app.MapHealth();
    return app;
});
