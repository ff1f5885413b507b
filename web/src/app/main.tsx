import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { keepFocus } from "../lib/keep-focus";
import "./app.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
keepFocus();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
