import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { installIcons } from "../components/icon";
import { App } from "./app";
import "./app.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
installIcons();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
