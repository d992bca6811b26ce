import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The newest build of the double of Azure Key Vault. */
export function findVaultDouble () {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'Vaultrice.VaultDouble', 'bin')
  const builds = ['Release', 'Debug']
    .map(configuration => join(root, configuration, 'net10.0', 'Vaultrice.VaultDouble.dll'))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  if (builds.length === 0) throw new Error('There is no build of the vault\'s double: run dotnet build tests/Vaultrice.VaultDouble.')
  return builds[0]
}
