import CopyPlugin from "copy-webpack-plugin";

export default {
  mode: "production",
  // Never an eval devtool: the content security policy of extensions forbids it.
  devtool: "source-map",
  entry: { background: "./src/background.js", panel: "./src/panel.js" },
  output: { filename: "[name].js", clean: true },
  // A service worker is one file.
  optimization: { splitChunks: false, runtimeChunk: false },
  plugins: [new CopyPlugin({ patterns: ["manifest.json", "src/panel.html"] })],
};
