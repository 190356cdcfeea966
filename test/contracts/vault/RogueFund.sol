// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Fund that brings nothing and says whatever it is told to
contract RogueFund {
    address public immutable VAULT;
    address public immutable asset;
    uint256 private _paid;
    uint256 private _owedBack;

    constructor(address vault, address token) {
        (VAULT, asset) = (vault, token);
    }

    function setAnswer(uint256 paid, uint256 owedBack) external {
        (_paid, _owedBack) = (paid, owedBack);
    }

    function reserve(uint256, uint256) external {}

    function coverSeries(uint256, uint256) external view returns (uint256 paid, uint256 owedBack) {
        return (_paid, _owedBack);
    }
}
