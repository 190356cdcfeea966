// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Execution gas of a view call, cold and warm, without the price of reaching the contract
contract GasProbe {
    /// @notice The call failed.
    error GasProbeFailed(bytes reason);

    /// @notice Calls `target` twice. The account is warm before the first call, its storage is not.
    /// @return cold gas of the first call
    /// @return warm gas of the second
    function measure(address target, bytes calldata data) external view returns (uint256 cold, uint256 warm) {
        bytes memory payload = data;
        // Reading the balance warms the account.
        if (target.balance == type(uint256).max) return (0, 0);
        return (_gasOf(target, payload), _gasOf(target, payload));
    }

    function _gasOf(address target, bytes memory payload) private view returns (uint256 used) {
        bool ok;
        assembly ("memory-safe") {
            let before := gas()
            ok := staticcall(gas(), target, add(payload, 0x20), mload(payload), 0, 0)
            used := sub(before, gas())
        }
        if (!ok) revert GasProbeFailed(payload);
    }
}
