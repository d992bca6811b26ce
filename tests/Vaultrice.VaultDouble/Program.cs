using Vaultrice.VaultDouble;

// Runs the double for tests that are not written in C#: prints where it is in one line of JSON, and ends with its input.
await using var vault = await KeyVault.Start();
Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(new { url = vault.Address, identity = vault.IdentityEndpoint, identityHeader = KeyVault.IdentityHeader, certificate = vault.CertificateFile }));
while (await Console.In.ReadLineAsync() is not null)
{
}
