// Usage: node build.js APP COMMAND TARGET
// Builds APP as Vercel does, with COMMAND as its build command, writes the function's files to
// TARGET, and prints their names as one line of JSON.

const { build } = require("@vercel/python");
const { download, glob } = require("@vercel/build-utils");

async function main([app, buildCommand, target]) {
  const { result } = await build({
    workPath: app,
    repoRootPath: app,
    files: await glob("**", { cwd: app }),
    entrypoint: "app.py",
    // The folder is the app's own, as for `vercel build`: nothing has to be copied into it.
    meta: { skipDownload: true },
    config: { framework: "flask", zeroConfig: true, projectSettings: { buildCommand } },
  });
  const [bundle] = Object.values(result.output);
  const placed = await download(bundle.files, target);
  console.log(JSON.stringify(Object.keys(placed)));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
